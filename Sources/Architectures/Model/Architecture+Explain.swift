internal import Documents
public import Failures
internal import Tensors

extension Architecture {
  /// Compares a checkpoint with the description and keeps all that differs, where `instantiate`
  /// throws.
  func explain(
    _ header: some CheckpointHeader, choice: Explanation.Choice, stated: [String]
  ) -> Explanation {
    let instantiation = evaluated(header)
    var result = Explanation(
      architecture: self, choice: choice, stated: stated, className: instantiation.className,
      dialect: header.dialect)
    result.parameters = parameters.values.compactMap { parameter in
      guard case .done(let value, let origin)? = instantiation.states[parameter.name] else {
        return nil
      }
      return .init(name: parameter.name, value: value, origin: origin.rawValue)
    }
    result.unknownKeys = instantiation.unknownConfigKeys()
    // Shapes need every hyper-parameter.
    if instantiation.problems.isEmpty {
      compareTensors(instantiation, &result)
    } else {
      compareNames(instantiation, &result)
    }
    result.problems = instantiation.problems.map(\.description)
    return result
  }

  /// The hyper-parameters as the checkpoint's class has them; a GGUF is of the first class whose
  /// requirements hold.
  private func evaluated(_ header: some CheckpointHeader) -> Instantiation {
    let listed = header.config?["architectures"]?.array?.compactMap(\.string) ?? []
    var candidates = listed.filter(classes.contains).prefix(1)
    if candidates.isEmpty { candidates = classes.prefix(header.dialect == .gguf ? .max : 1) }
    var first: Instantiation?
    for className in candidates {
      let instantiation = Instantiation(self, header, className: className)
      instantiation.evaluateParameters()
      do throws(ArchitectureError) {
        try instantiation.checkRequirements()
        return instantiation
      } catch { instantiation.note(error) }
      first = first ?? instantiation
    }
    return first ?? Instantiation(self, header, className: "")
  }

  private func compareTensors(_ instantiation: Instantiation, _ result: inout Explanation) {
    var builder = ModelBuilder(instantiation)
    builder.makeTensors()
    for dialect in Architecture.dialects where instantiation.problems.isEmpty {
      builder.makeStored(dialect)
    }
    guard instantiation.problems.isEmpty else {
      compareNames(instantiation, &result)
      return
    }
    let described = builder.stored[builder.dialect] ?? []
    builder.differences = []
    builder.match()
    result.comparesShapes = true
    result.omitted = builder.omitted
    result.copies = builder.copies
    var misshapen: Set<String> = []
    for difference in builder.differences ?? [] {
      switch difference {
      case .missing(let match): result.missing.append(match)
      case .shape(let match):
        result.misshapen.append(match)
        misshapen.insert(match.name)
      case .unknown(let tensor): result.unknown.append(tensor)
      }
    }
    let sources = described.compactMap { tensor -> Explanation.Match? in
      guard let name = instantiation.names.source(of: tensor.name), !misshapen.contains(name) else {
        return nil
      }
      return .init(
        name: name, canonical: tensor.layout.parts.map { builder.tensors[$0.tensor].fullName },
        wanted: tensor.shape, found: instantiation.header.shape(of: name))
    }
    result.matched = sources
    guard result.fits, instantiation.problems.isEmpty else { return }
    result.limits = instantiation.model(builder).limits(for: .gguf)
  }

  /// Names only: those that some pattern describes, and the patterns that every model has.
  private func compareNames(_ instantiation: Instantiation, _ result: inout Explanation) {
    let (names, header) = (instantiation.names, instantiation.header)
    let unknown = Set(names.unknown)
    for (described, name) in zip(names.described, names.originals) {
      if unknown.contains(described) {
        result.unknown.append(.init(name: name, shape: header.shape(of: name)))
      } else {
        result.matched.append(
          .init(name: name, canonical: [], wanted: nil, found: header.shape(of: name)))
      }
    }
    for row in rows where row.isNeededAlways {
      guard let pattern = row.names[header.dialect]?.text, !names.seen.contains(pattern) else {
        continue
      }
      result.missing.append(.init(name: pattern, canonical: [row.name], wanted: nil, found: nil))
    }
  }
}

extension TensorRow {
  /// Whether every checkpoint of the family has it, whatever its configuration is.
  var isNeededAlways: Bool {
    condition == nil && !isOptional && sameAs == nil && derived == nil
  }
}

extension Architectures {
  /// How a checkpoint and a description fit: the user's, the one that the checkpoint names, or the
  /// nearest; nil if no description knows any of its names.
  public static func explain(
    _ header: some CheckpointHeader, by given: Architecture? = nil
  ) throws(ArchitectureError) -> Explanation? {
    let stated: [String]
    if header.dialect == .gguf {
      stated = header.metadata["general.architecture"]?.string.map { [$0] } ?? []
    } else {
      stated = header.config?["architectures"]?.array?.compactMap(\.string) ?? []
    }
    if let given { return given.explain(header, choice: .given, stated: stated) }
    do throws(ArchitectureError) {
      return try find(for: header).explain(header, choice: .named, stated: stated)
    } catch {
      guard error.code == .unknownArchitecture else { throw error }
      return try nearest(to: header)?.architecture.explain(
        header, choice: .nearest, stated: stated)
    }
  }
}
