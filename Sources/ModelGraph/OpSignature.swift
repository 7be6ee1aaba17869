public import Failures

/// What an op takes: positional arguments, then attributes by name.
///
/// The checker of architecture files reads it without knowing any shape; the graph builder reads it
/// to know what each argument's expression must give.
public struct OpSignature: Hashable, Sendable {
  /// What an argument must be.
  public enum Kind: Hashable, Sendable {
    /// A value of the graph.
    case value
    /// A value of the graph, a parameter without a bias, or a number.
    case operand
    /// A tensor of the model; `bias` says whether the op adds the bias that it may have.
    case parameter(bias: Bool)
    /// A whole number, from hyper-parameters only.
    case integer
    /// A number, from hyper-parameters only.
    case real
    /// True or false, from hyper-parameters only.
    case boolean
    /// One of these words, literally or as a hyper-parameter's value.
    case word([String])
    /// All hyper-parameters that share a prefix: `rope` for `rope.type`, `rope.factor` and so on.
    case record
  }

  /// How often an argument may stand.
  public enum Presence: Hashable, Sendable {
    /// Exactly once.
    case required
    /// Once or not at all.
    case optional
    /// Once or not at all; may also name a tensor that the model lacks, or be `none`: left
    /// out then.
    case absentAllowed
    /// Once or more; only the last positional argument.
    case repeated
  }

  /// An argument or attribute.
  public struct Argument: Hashable, Sendable {
    /// The name in messages, and in files if it is an attribute.
    public let name: String
    /// What it must be.
    public let kind: Kind
    /// How often it may stand.
    public let presence: Presence

    /// An argument that must stand once, unless said otherwise.
    public init(_ name: String, _ kind: Kind, _ presence: Presence = .required) {
      self.name = name
      self.kind = kind
      self.presence = presence
    }
  }

  /// The op's name.
  public let name: String
  /// Positional arguments in order: the required ones first, then optional or repeated ones.
  public let arguments: [Argument]
  /// Arguments given by name, in any order.
  public let attributes: [Argument]
  /// Whether there is one result for each repeated argument, as with `split`; else there is one.
  public let resultPerRepeated: Bool

  /// A signature.
  public init(
    _ name: String, _ arguments: [Argument], attributes: [Argument] = [],
    resultPerRepeated: Bool = false
  ) {
    self.name = name
    self.arguments = arguments
    self.attributes = attributes
    self.resultPerRepeated = resultPerRepeated
  }

  /// The fewest positional arguments.
  public var leastCount: Int {
    arguments.count { $0.presence == .required || $0.presence == .repeated }
  }

  /// The most positional arguments, nil if the last one may be repeated.
  public var greatestCount: Int? {
    arguments.last?.presence == .repeated ? nil : arguments.count
  }

  /// The number of values that a call with so many positional arguments gives.
  public func resultCount(positional: Int) -> Int {
    resultPerRepeated ? max(0, positional - arguments.count + 1) : 1
  }

  /// The arguments that a call's expressions stand for: positional ones, then the named ones
  /// in order.
  ///
  /// Errors: `argument` if the counts or names do not fit.
  public func bind(
    positional: Int, named: [String]
  ) throws(GraphError) -> [Argument] {
    let most = greatestCount
    if positional < leastCount || positional > most ?? .max {
      throw GraphError(
        .argument,
        "\(name) takes \(countText) (\(arguments.map(\.name).joined(separator: ", "))); found "
          + "\(positional)")
    }
    var bound: [Argument] = []
    for index in 0..<positional { bound.append(arguments[min(index, arguments.count - 1)]) }
    for (index, word) in named.enumerated() {
      guard let attribute = attributes.first(where: { $0.name == word }) else {
        throw GraphError(.argument, "\(name) has no attribute '\(word)'; \(attributeText)")
      }
      if named[..<index].contains(word) {
        throw GraphError(.argument, "\(name): attribute '\(word)' stands twice")
      }
      bound.append(attribute)
    }
    for attribute in attributes
    where attribute.presence == .required && !named.contains(attribute.name) {
      throw GraphError(.argument, "\(name) needs the attribute '\(attribute.name)'")
    }
    return bound
  }

  /// `2 arguments`, `1 to 2 arguments`, `2 or more arguments`.
  private var countText: String {
    let least = leastCount
    guard let most = greatestCount else { return "\(least) or more arguments" }
    if least != most { return "\(least) to \(most) arguments" }
    return least == 1 ? "1 argument" : "\(least) arguments"
  }

  private var attributeText: String {
    attributes.isEmpty
      ? "it takes none" : "it takes " + attributes.map(\.name).joined(separator: ", ")
  }
}
