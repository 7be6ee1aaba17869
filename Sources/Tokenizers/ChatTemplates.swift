/// The chat templates of a tokenizer.
public struct ChatTemplates: Sendable, Hashable {
  /// A template that goes by a name.
  public struct Named: Sendable, Hashable {
    /// Letters, digits and `_`.
    public var name: String
    /// Jinja text.
    public var template: String
  }

  /// The template without a name, or named `default`.
  public var main: String?
  /// The others, in the files' order.
  public var named: [Named] = []

  /// No templates.
  public init() {}

  /// Adds a template under its name; every character but ASCII letters and digits becomes `_`.
  mutating func add(name: String, template: String) {
    var clean = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": clean.unicodeScalars.append(scalar)
      default: clean.append("_")
      }
    }
    if clean == "default" {
      main = template
    } else if !clean.isEmpty {
      named.removeAll { $0.name == clean }
      named.append(Named(name: clean, template: template))
    }
  }
}
