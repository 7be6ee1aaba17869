public import Documents
public import Failures
internal import OrderedCollections
internal import Tensors

extension Architecture {
  /// The header that a Hugging Face checkpoint of a configuration has, as far as that tells it.
  ///
  /// Tensors are missing that depend on what a checkpoint holds, such as an optional pooler.
  /// - Throws: as `instantiate` does, but for what concerns tensors that do not fit.
  public func header(of config: JSONValue) throws(ArchitectureError) -> PlainHeader {
    var header = PlainHeader(dialect: .huggingface, config: config, tensors: [:])
    let instantiation = Instantiation(
      self, header, className: try className(of: header, chosen: nil))
    instantiation.evaluateParameters()
    try instantiation.checkRequirements()
    if let error = ArchitectureError.gathered(instantiation.problems) { throw error }
    var builder = ModelBuilder(instantiation)
    builder.makeTensors()
    builder.makeStored(.huggingface)
    if let error = ArchitectureError.gathered(instantiation.problems) { throw error }
    for tensor in builder.stored[.huggingface] ?? [] { header.tensors[tensor.name] = tensor.shape }
    return header
  }
}
