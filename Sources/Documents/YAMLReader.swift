internal import CYaml
public import Failures
internal import OrderedCollections

extension YAMLValue {
  /// Most lists and maps within each other.
  public static let maxDepth = 64
  /// Most bytes of a document.
  public static let maxByteCount = 1 << 20

  /// The tree of a document, which libyaml takes apart.
  ///
  /// Anchors, aliases and tags of one's own are refused: small documents have no need of them, and a
  /// few lines of them can unfold to any size.
  ///
  /// - Throws: `.syntax` with the line, `.limit` for the caps above, `.type` for what is refused.
  public static func parse(_ bytes: [UInt8]) throws(DocumentError) -> YAMLValue {
    guard bytes.count <= maxByteCount else {
      throw DocumentError(
        .limit, "a YAML document of \(bytes.count) bytes exceeds the limit of \(maxByteCount)")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw DocumentError(.utf8, "a YAML document that is not valid UTF-8")
    }
    var result: Result<YAMLValue, DocumentError>?
    bytes.withUnsafeBufferPointer { buffer in
      do throws(DocumentError) {
        let events = try YAMLEvents(buffer)
        result = .success(try events.document())
      } catch { result = .failure(error) }
    }
    guard let result else { throw DocumentError(.syntax, "an empty YAML document") }
    return try result.get()
  }
}

/// The events of a document, pulled one at a time from libyaml.
private final class YAMLEvents {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let event: UnsafeMutablePointer<yaml_event_t>

  /// The bytes must outlive this object.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    event = .allocate(capacity: 1)
    event.initialize(to: yaml_event_t())
    event.initialize(to: yaml_event_t())
    guard yaml_parser_initialize(parser) == 1 else {
      throw DocumentError(.limit, "too little memory for a YAML document")
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_event_delete(event)
    yaml_parser_delete(parser)
    event.deallocate()
    parser.deallocate()
  }

  /// The one document.
  func document() throws(DocumentError) -> YAMLValue {
    try expect(YAML_STREAM_START_EVENT, "the beginning")
    try next()
    if event.pointee.type == YAML_STREAM_END_EVENT {
      return .scalar(YAMLScalar("", isPlain: true))
    }
    try next()
    let value = try value(depth: 0)
    try expect(YAML_DOCUMENT_END_EVENT, "the end of the document")
    try expect(YAML_STREAM_END_EVENT, "one document")
    return value
  }

  /// The value that begins with the current event; the event after it comes next.
  private func value(depth: Int) throws(DocumentError) -> YAMLValue {
    guard depth < YAMLValue.maxDepth else {
      throw failure(.limit, "nested deeper than the limit of \(YAMLValue.maxDepth) levels")
    }
    switch event.pointee.type {
    case YAML_SCALAR_EVENT: return .scalar(try scalar())
    case YAML_SEQUENCE_START_EVENT:
      let start = event.pointee.data.sequence_start
      try checkPlain(anchor: start.anchor, tag: start.tag)
      var list: [YAMLValue] = []
      try next()
      while event.pointee.type != YAML_SEQUENCE_END_EVENT {
        list.append(try value(depth: depth + 1))
        try next()
      }
      return .list(list)
    case YAML_MAPPING_START_EVENT:
      let start = event.pointee.data.mapping_start
      try checkPlain(anchor: start.anchor, tag: start.tag)
      var members = OrderedDictionary<String, YAMLValue>()
      try next()
      while event.pointee.type != YAML_MAPPING_END_EVENT {
        guard event.pointee.type == YAML_SCALAR_EVENT else {
          throw failure(.type, "expected a text as a key, found a list or map")
        }
        let key = try scalar().text
        try next()
        members[key] = try value(depth: depth + 1)
        try next()
      }
      return .map(members)
    case YAML_ALIAS_EVENT: throw failure(.type, "aliases are not supported")
    default: throw failure(.syntax, "expected a value")
    }
  }

  private func scalar() throws(DocumentError) -> YAMLScalar {
    let scalar = event.pointee.data.scalar
    try checkPlain(anchor: scalar.anchor, tag: scalar.tag)
    let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    return YAMLScalar(
      String(decoding: bytes, as: UTF8.self),
      isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.tag == nil)
  }

  private func checkPlain(
    anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?
  ) throws(DocumentError) {
    guard anchor == nil else { throw failure(.type, "anchors are not supported") }
    guard let tag else { return }
    let name = String(cString: tag)
    guard ["!", YAML_STR_TAG, YAML_SEQ_TAG, YAML_MAP_TAG].contains(name) else {
      throw failure(.type, "the tag '\(name.shortened)' is not supported")
    }
  }

  private func expect(_ type: yaml_event_type_t, _ what: String) throws(DocumentError) {
    try next()
    guard event.pointee.type == type else { throw failure(.syntax, "expected \(what)") }
  }

  private func next() throws(DocumentError) {
    yaml_event_delete(event)
    guard yaml_parser_parse(parser, event) == 1 else {
      let parser = parser.pointee
      let problem = parser.problem.map { String(cString: $0) } ?? "not YAML"
      let mark = parser.problem_mark
      throw DocumentError(
        parser.error == YAML_MEMORY_ERROR ? .limit : .syntax, problem.shortened,
        at: Place(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1))
    }
  }

  private func failure(_ code: DocumentError.Code, _ message: String) -> DocumentError {
    let mark = event.pointee.start_mark
    return DocumentError(
      code, message,
      at: Place(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1))
  }
}
