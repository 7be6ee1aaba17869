/// A description of one layer, for tests that break it.
enum SmallArch {
  static let lines = """
    architecture small 1
      huggingface  SmallModel
      gguf         small

    hyperparameters
      layers   int   num_layers  .block_count
      width    int   hidden      .width
      vocab    int   vocab       -             recover rows(embedding)
      kind     red|blue  kind    .kind         default red
      biased   bool  bias        -             default false  recover has(up.bias)

    tensors
      embedding  [vocab, width]  embed.weight  token.weight
      repeat block.* times layers  layers.*.  blk.*.
        up    [2 * width, width]  up.weight    up.weight    bias if biased
        down  [width, 2 * width]  down.weight  down.weight

    layout gguf
      up : interleave_rope(2)

    limits
      gguf cannot  kind == blue  "blue"

    forward (tokens) -> states
      x = embed(tokens, embedding)
      repeat block
        x = x + linear(linear(x, up), down)
      states = x
    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

  static var text: String { lines.joined(separator: "\n") + "\n" }

  /// The text with one line, counted from 1, replaced.
  static func replacing(_ number: Int, _ line: String) -> String {
    var copy = lines
    copy[number - 1] = line
    return copy.joined(separator: "\n") + "\n"
  }
}
