import Architectures
import Failures
import Testing
import _TestSupport

/// A file with one line replaced, and where its defect is.
struct Broken: CustomStringConvertible, Sendable {
  let line: Int
  let text: String
  let place: String
  let code: String
  let says: String

  init(_ line: Int, _ text: String, _ place: String, _ code: String, _ says: String) {
    self.line = line
    self.text = text
    self.place = place
    self.code = code
    self.says = says
  }
  var description: String { "\(line): \(text.prefix(70))" }
}

@Suite struct BrokenFileTests {
  static let cases: [Broken] = [
    // lexis
    Broken(6, "\tlayers int a .b", "6:1", "syntax", "a tab"),
    Broken(6, "  layers   int   num_layers  .block_count\r", "6:42", "syntax", "carriage return"),
    Broken(
      13, "  embedding  [vocab, width  embed.weight  token.weight", "13:14", "syntax",
      "never closed"),
    Broken(
      13, "  embedding  vocab, width]  embed.weight  token.weight", "13:26", "syntax", "closes no"),
    Broken(22, "  gguf cannot  kind == blue  \"blue", "22:30", "syntax", "string is never closed"),
    Broken(
      6, "  layers   int   num_layers  .block_count  # " + String(repeating: "x", count: 400),
      "6:401", "limit", "400 columns"),
    Broken(6, "   layers   int   num_layers  .block_count", "6:4", "syntax", "expected 2 spaces"),
    Broken(12, " tensors", "12:2", "syntax", "expected"),
    Broken(
      15, "       up    [2 * width, width]  up.weight    up.weight    bias if biased", "15:8",
      "syntax", "expected 2 spaces"),
    Broken(27, "     x = x + linear(linear(x, up), down)", "27:6", "syntax", "expected 4 spaces"),
    // the head
    Broken(1, "architektur small 1", "1:1", "syntax", "'architecture NAME LEVEL'"),
    Broken(1, "architecture small 2", "1:20", "level", "levels up to 1"),
    Broken(1, "architecture small one", "1:20", "syntax", "language level"),
    Broken(2, "  hugging  SmallModel", "2:3", "name", "no word of the head"),
    Broken(3, "  gguf         small small", "3:22", "syntax", "end of the line"),
    Broken(3, "  huggingface  Other", "3:3", "name", "twice in the head"),
    Broken(4, "  include nothing", "4:11", "name", "no part 'nothing'"),
    Broken(4, "  include common common", "4:18", "name", "included twice"),
    Broken(4, "  prefix model", "4:10", "syntax", "ends in a point"),
    Broken(4, "  prefix model. - without Other", "1:1", "name", "no class of this file"),
    Broken(4, "  model_type small Other", "4:20", "name", "no class of the line"),
    Broken(3, "", "1:1", "syntax", "no line 'gguf'"),
    // sections and hyper-parameters
    Broken(21, "limit", "21:1", "name", "begins no section"),
    Broken(21, "limits now", "21:8", "syntax", "end of the line"),
    Broken(6, "  layers   integer   num_layers  .block_count", "6:12", "name", "is no type"),
    Broken(9, "  kind     red|red  kind    .kind", "9:12", "name", "stands twice"),
    Broken(
      9, "  kind     red=1|blue  kind    .kind", "9:12", "syntax", "all choices have a number"),
    Broken(6, "  layers   int   a..b  .block_count", "6:18", "syntax", "no path of config.json"),
    Broken(6, "  layers   int   num_layers  .block count", "6:37", "name", "begins no clause"),
    Broken(6, "  layers   int   num_layers", "6:28", "syntax", "GGUF key"),
    Broken(
      6, "  layers   int   num_layers  .block_count  default 1 default 2", "6:54", "name",
      "stands twice"),
    Broken(7, "  layers   int   num_layers  .block_count", "7:3", "name", "'layers' stands twice"),
    Broken(6, "  layers   int   num_layers  .n  = 1 default 2", "6:3", "check", "leaves nothing"),
    Broken(8, "  vocab    int   vocab       -    write true", "8:41", "check", "needs a GGUF key"),
    Broken(6, "  layers   int   num_layers  .n  = 1 null 2", "6:3", "check", "leaves nothing"),
    Broken(
      7, "  width    int   -   .width  null 2", "7:35", "check", "needs a path in config.json"),
    Broken(8, "  default  int   vocab       -", "8:3", "name", "reserved word"),
    Broken(
      8, "  vocab    int   vocab       -    recover wdith", "8:43", "name", "'wdith' is no hyper"),
    Broken(
      8, "  vocab    int   vocab       -    recover rows(embeding)", "8:48", "name", "no tensor"),
    Broken(
      8, "  vocab    int   vocab       -    recover lines(3)", "8:43", "name", "is no function"),
    Broken(
      8, "  vocab    int   vocab       -    recover ceil_div(3)", "8:43", "check",
      "takes 2 arguments"),
    Broken(8, "  vocab    int   vocab       -    recover embedding", "8:43", "name", "is a tensor"),
    Broken(8, "  vocab    int   vocab       -    recover layer", "8:43", "check", "no layer"),
    Broken(
      8, "  vocab    int   vocab       -    recover given ? 1 : 2", "8:43", "check",
      "'given' without"),
    Broken(
      8, "  vocab    int   vocab       -    recover given(x) ? 1 : 2", "8:49", "name",
      "no hyper-parameter"),
    Broken(8, "  vocab    int   vocab       -    recover width[0]", "8:43", "check", "no elements"),
    Broken(8, "  vocab    int[depth]   vocab  -  recover 1", "8:3", "name", "'depth' is no hyper"),
    Broken(
      8, "  vocab    int   vocab       -    recover 1 +", "8:46", "syntax", "expected an expression"
    ),
    Broken(
      8, "  vocab    int   vocab       -    recover 99999999999999999999", "8:43", "limit",
      "64 bits"),
    Broken(8, "  vocab    int   vocab       -    recover 1e999", "8:43", "limit", "range of real"),
    Broken(8, "  vocab    int   vocab       -    recover 3x", "8:43", "syntax", "runs into a name"),
    Broken(
      8,
      "  vocab    int   vocab       -    recover " + String(repeating: "(", count: 40)
        + "1" + String(repeating: ")", count: 40), "8:75", "limit", "32 deep"),
    Broken(
      8, "  vocab    int   vocab  -  recover 1" + String(repeating: "+1", count: 40), "8:99",
      "limit", "32 deep"),
    Broken(
      9, "  kind     red|blue  kind    .kind         default green", "9:52", "name",
      "no word of a choice"),
    Broken(
      9, "  kind     red|blue  kind    .kind         default \"green\"", "9:52", "check",
      "no value of 'kind'"),
    Broken(
      10, "  biased   bool  bias   -   default kind == \"green\"", "10:42", "check",
      "which it never is"),
    Broken(
      10, "  biased   bool  bias   -   default class == red", "10:43", "check", "which it never is"),
    Broken(
      11, "  spare    int   spare  -   default 1", "11:3", "check", "neither used nor a GGUF key"),
    // tensors
    Broken(13, "  embedding  embed.weight  token.weight", "13:14", "syntax", "shape in brackets"),
    Broken(
      13, "  embedding  [vocab, height]  embed.weight  token.weight", "13:22", "name", "'height'"),
    Broken(
      13, "  embedding  [vocab, layer]  embed.weight  token.weight", "13:22", "check", "no layer"),
    Broken(
      13, "  embedding  [vocab, width]  embed.*.*  token.weight", "13:30", "syntax", "one '*'"),
    Broken(13, "  embedding  [vocab, width]  embed.weight", "13:42", "syntax", "name in gguf"),
    Broken(
      13, "  embedding  [vocab, width]  embed.weight  token.weight twice", "13:57", "name",
      "begins no clause"),
    Broken(
      13, "  embedding  [vocab, width]  embed  token.weight bias", "13:50", "check",
      "does not end in .weight"),
    Broken(
      13, "  embedding  [vocab, width]  embed.weight  token.weight or embedding", "13:60", "check",
      "cannot be itself"),
    Broken(
      13, "  embedding  [vocab, width]  embed.weight  token.weight or other", "13:60", "name",
      "is no tensor"),
    Broken(
      13, "  embedding  [vocab, width]  embed.weight  token.weight = width", "13:59", "syntax",
      "a call"),
    Broken(
      13, "  embedding  [vocab, width]  embed.weight  token.weight = table(width, 1)", "13:59",
      "name", "computes no tensor"),
    Broken(
      13, "  embedding  [vocab, width]  embed.weight  token.weight = llama3_factors(width, 1)",
      "13:59", "check", "common first part"),
    Broken(
      13, "  vocab      [vocab, width]  embed.weight  token.weight", "13:3", "name",
      "hyper-parameter already"),
    Broken(14, "  repeat block.* times depth  layers.*.  blk.*.", "14:24", "name", "'depth'"),
    Broken(14, "  repeat block.* times layers  layers.  blk.*.", "14:32", "syntax", "one '*'"),
    Broken(14, "  repeat block.* layers  layers.*.  blk.*.", "14:18", "syntax", "'times'"),
    Broken(
      16, "    up    [width, 2 * width]  down.weight  down.weight", "16:5", "name",
      "'up' stands twice"),
    Broken(
      16, "    down  [width, 2 * width]  up.weight  down.weight", "16:5", "check",
      "is the name of 'up'"),
    Broken(17, "  omit a.**.b \"why\"", "17:8", "syntax", "only at the end"),
    Broken(17, "  omit a.b why", "17:12", "syntax", "reason in quotes"),
    Broken(17, "    third [width]  third.weight  third.weight", "17:5", "check", "no graph uses"),
    // layouts
    Broken(18, "layout ggml", "18:8", "name", "is no dialect"),
    Broken(19, "  up : twist(2)", "19:8", "name", "is no step"),
    Broken(19, "  up : interleave_rope", "19:8", "check", "takes 1 arguments"),
    Broken(19, "  up : interleave_rope[2]", "19:8", "syntax", "is written"),
    Broken(19, "  up : interleave_rope(heads)", "19:24", "name", "'heads'"),
    Broken(19, "  top : interleave_rope(2)", "19:3", "name", "'top' is no tensor"),
    Broken(19, "  up up : interleave_rope(2)", "19:6", "name", "stands twice"),
    Broken(19, "  up down : join(1)", "19:3", "check", "share one name"),
    Broken(19, "  up", "19:5", "syntax", "a tensor"),
    // limits
    Broken(22, "  onnx cannot  kind == blue  \"blue\"", "22:3", "name", "is no dialect"),
    Broken(22, "  gguf never  kind == blue  \"blue\"", "22:8", "name", "'cannot' or 'differs'"),
    Broken(22, "  gguf cannot  kind == blue", "22:28", "syntax", "sentence in quotes"),
    Broken(22, "  gguf differs  kind == blue  \"blue\" at depth", "22:41", "name", "'depth'"),
    // graphs
    Broken(24, "forward (tokens, tokens) -> states", "24:18", "name", "stands twice"),
    Broken(24, "forward (tokens) -> states, more", "24:1", "check", "'more' is never assigned"),
    Broken(24, "forward (tokens) states", "24:18", "syntax", "'->'"),
    Broken(25, "  x = embedd(tokens, embedding)", "25:7", "name", "no op and no function"),
    Broken(25, "  x = embed(tokens)", "25:7", "check", "takes 2 arguments"),
    Broken(25, "  x = embed(tokens, embedding, size = 3)", "25:7", "check", "no attribute 'size'"),
    Broken(25, "  x = embed(words, embedding)", "25:13", "name", "no value so far"),
    Broken(25, "  x, y = embed(tokens, embedding)", "25:3", "check", "2 names for 1 results"),
    Broken(25, "  x = embed(tokens, embedding) * layer", "25:34", "check", "no layer"),
    Broken(25, "  embedding = embed(tokens, embedding)", "25:3", "name", "already"),
    Broken(25, "  give embed(tokens, embedding) embed", "25:33", "syntax", "end of the line"),
    Broken(25, "  else", "25:3", "syntax", "'else' without 'if'"),
    Broken(26, "  repeat blocks", "26:10", "name", "is no group"),
    Broken(
      27, "    x = x + linear(activate(linear(x, up), gellu), down)", "27:20", "check", "'gellu'"),
    Broken(27, "    y = mix e over x", "27:5", "syntax", "expected statements below"),
    Broken(27, "    if biased", "27:5", "syntax", "expected statements below"),
    Broken(26, "  repeat block now", "26:16", "syntax", "end of the line"),
  ]

  @Test func theWholeFileIsSound() throws {
    let architecture = try Architectures.parse(file: "small.arch", text: SmallArch.text)
    #expect(architecture.parameters.count == 5)
  }

  @Test(arguments: cases) func defectsHavePlaces(_ item: Broken) {
    let text = SmallArch.replacing(item.line, item.text)
    do throws(ArchitectureError) {
      _ = try Architectures.parse(file: "small.arch", text: text)
      Issue.record("nothing is wrong with it")
    } catch {
      let all = error.description
      #expect(all.contains("small.arch:\(item.place): "), "\(all)")
      #expect(all.contains(item.says), "\(all)")
      let first = all.hasPrefix("small.arch:\(item.place): ")
      #expect(!first || error.code.name == item.code, "\(error.code.name) \(all)")
    }
  }

  @Test func defectsAreGathered() {
    var lines = SmallArch.lines
    lines[5] = "  layers   integer   num_layers  .block_count"
    lines[18] = "  up : twist(2)"
    lines[25] = "  repeat blocks"
    do throws(ArchitectureError) {
      _ = try Architectures.parse(file: "small.arch", text: lines.joined(separator: "\n"))
      Issue.record("nothing is wrong with it")
    } catch {
      let places = error.description.split(separator: "\n").map { $0.split(separator: " ")[0] }
      #expect(places == ["small.arch:6:12:", "small.arch:19:8:", "small.arch:26:10:"])
    }
  }

  @Test func capsAreKept() {
    func code(_ text: String) -> String {
      do throws(ArchitectureError) {
        _ = try Architectures.parse(file: "x.arch", text: text)
        return "none"
      } catch { return error.description }
    }
    #expect(code(String(repeating: "#\n", count: 40_000)).contains("at most 65536 bytes"))
    let rows = (0..<1001).map { "  a\($0) int - .k\($0) default 1\n" }.joined()
    #expect(code("architecture a 1\nhyperparameters\n" + rows).contains("at most 1000 rows"))
    var deep = "architecture a 1\n  huggingface A\n  gguf a\nforward (t) -> t\n"
    for level in 1...12 { deep += String(repeating: "  ", count: level) + "if true\n" }
    #expect(code(deep).contains("nest at most 8 deep"))
    #expect(code("").contains("found an empty file"))
    let part = "architecture a 1\n  include p\n"
    do throws(ArchitectureError) {
      _ = try Architecture.parse(
        file: "a.arch", text: part, parts: { ("\($0).part", "hyperparameters\n  include q\n") },
        signatures: nil)
    } catch { #expect(error.description.contains("p.part:2:11: a part includes no other")) }
  }

  /// Conditions that exclude one another let rows share a name.
  @Test func exclusiveRowsMayShareAName() throws {
    var lines = SmallArch.lines
    lines[14] = "    up    [2 * width, width]  up.weight    up.weight  if kind == red"
    lines[15] =
      "    down  [width, 2 * width]  up.weight  up.weight  if kind == blue or not (kind == red)"
    _ = try Architectures.parse(
      file: "a.arch",
      text: lines.filter { !$0.contains("has(up.bias)") }.joined(separator: "\n"))
  }

  /// Most lines of a description are needed.
  @Test func droppedLinesAreCaught() throws {
    let lines = try #require(
      try Architectures.all.get().first { $0.name == "llama" }
    ).source
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let start = try #require(lines.firstIndex { $0.hasPrefix("architecture ") })
    // The file's own text stands first; its parts follow it.
    let end = try #require(lines.firstIndex { $0.contains("What every family shares") })
    let own = Array(lines[start..<end])
    let items = [try HeaderCase("llama-spm-gqa"), try HeaderCase("mixtral")]
    var caught = 0
    var dropped = 0
    for index in own.indices {
      let line = own[index]
      if line.allSatisfy({ $0 == " " }) || line.hasPrefix("#") { continue }
      dropped += 1
      var copy = own
      copy.remove(at: index)
      do throws(ArchitectureError) {
        let architecture = try Architectures.parse(
          file: "llama.arch", text: copy.joined(separator: "\n"))
        for item in items {
          let model = try architecture.instantiate(item.header)
          let keys = try model.ggufKeys()
          if Array(keys.keys) != Array(item.keys.keys)
            || model.stored(in: .gguf).map(\.name) != Array(item.ggufTensors.keys)
            || model.stored(in: .gguf).map(\.layout.steps.count).reduce(0, +) != 4
            || !model.unknownConfigKeys.isEmpty
          {
            caught += 1
            break
          }
        }
      } catch { caught += 1 }
    }
    #expect(dropped > 50)
    #expect(Double(caught) / Double(dropped) > 0.8, "\(caught) of \(dropped)")
  }

  /// Whatever is done to a file, an error is thrown or a description is read.
  @Test func damagedFilesNeverTrap() throws {
    struct Random: RandomNumberGenerator {
      var state: UInt64 = 11
      mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 31)
      }
    }
    var random = Random()
    var texts: [(String, HeaderCase?)] = []
    for name in ["deepseek2", "t5", "falcon", "gptoss"] {
      let item = HeaderCase.all { $0.hasPrefix(name.trimmingCharacters(in: .decimalDigits)) }.first
      texts.append((try FamilyCase.make(name).text(), item))
    }
    var parsed = 0
    for round in 0..<200 {
      let (text, item) = texts[round % texts.count]
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        let index = Int.random(in: 0..<lines.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: lines.remove(at: index)
        case 1: lines.insert(lines[index], at: index)
        case 2: lines[index] = String(lines[index].prefix(Int.random(in: 0...60, using: &random)))
        case 3: lines.swapAt(index, Int.random(in: 0..<lines.count, using: &random))
        default:
          var scalars = Array(lines[index].unicodeScalars)
          if !scalars.isEmpty {
            let symbols = Array("()[]*-|.\"=? 0".unicodeScalars)
            scalars[Int.random(in: 0..<scalars.count, using: &random)] =
              symbols[Int.random(in: 0..<symbols.count, using: &random)]
          }
          var view = String.UnicodeScalarView()
          view.append(contentsOf: scalars)
          lines[index] = String(view)
        }
      }
      if let architecture = try? Architectures.parse(
        file: "x.arch", text: lines.joined(separator: "\n"))
      {
        parsed += 1
        if let item {
          let model = try? architecture.instantiate(item.header)
          _ = try? model?.ggufKeys()
          for name in architecture.graphs.keys { _ = try? model?.graph(name) }
        }
      }
    }
    #expect(parsed > 10)
  }
}
