internal import Documents

extension SentencePieceModel {
  /// The ids that the trainer's part of a model names.
  struct Roles {
    var unknown = 0
    var bos = -1
    var eos = -1
    var padding = -1
  }

  /// The model as a file.
  func bytes(_ roles: Roles) -> [UInt8] {
    var file = ProtobufWriter()
    for index in pieces.indices {
      var piece = ProtobufWriter()
      piece.data(1, pieces.utf8(at: index))
      piece.float(2, scores.indices.contains(index) ? scores[index] : 0)
      if types[index] != .normal { piece.int(3, Int(types[index].rawValue)) }
      file.message(1, piece)
    }
    var trainer = ProtobufWriter()
    trainer.int(3, modelType.rawValue)
    trainer.int(4, pieces.count)
    trainer.bool(35, types.contains(.byte))
    for (offset, id) in [roles.unknown, roles.bos, roles.eos, roles.padding].enumerated() {
      trainer.int(40 + offset, id)
    }
    for (offset, id) in [roles.unknown, roles.bos, roles.eos, roles.padding].enumerated()
    where pieces.indices.contains(id) {
      trainer.string(45 + offset, pieces[id])
    }
    file.message(2, trainer)
    var normalizer = ProtobufWriter()
    normalizer.string(1, precompiledCharsmap.isEmpty ? "identity" : "user_defined")
    normalizer.data(2, precompiledCharsmap)
    normalizer.bool(3, addsDummyPrefix)
    normalizer.bool(4, removesExtraWhitespaces)
    normalizer.bool(5, true)
    file.message(3, normalizer)
    return file.bytes
  }
}
