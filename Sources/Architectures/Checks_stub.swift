internal import ModelGraph
extension Architecture { func problems(signatures: OpSignatures?) -> [ArchitectureError] { [] } }
