internal import Checkpoints
internal import Documents

/// What becomes of everything that is not a tensor.
struct PlannedDocuments {
  /// The ways of the documents.
  var routes: [DocumentRoute] = []
  /// Keys and values of the output's header.
  var metadata: Metadata = [:]
  /// Files beside the tensors.
  var files: [PlannedFile] = []
  /// What the user should know.
  var warnings: [String] = []
}
