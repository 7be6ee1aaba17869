public import Failures

extension Recipe {
  /// Decides about every tensor of a model, in the order given.
  ///
  /// The decisions do not depend on that order: rules count tensors by layer and name.
  ///
  /// Precedence: what is never quantized, `--token-embedding-type`, `--output-tensor-type`, the
  /// first `--tensor-type` that fits, `--pure`, the recipe's named tensors and rules. Then a type
  /// that does not fit the tensor's rows is replaced.
  ///
  /// - Throws: `.option` for options that mean nothing for these tensors, `.mismatch` for named
  ///   tensors that are not there, `.unfitting` for types that do not fit and have no replacement
  ///   or, with `strictTypes`, need one. All tensors and options are listed at once.
  public func assign(
    tensors: [RecipeTensor], facts: RecipeFacts, options: RecipeOptions = RecipeOptions()
  ) throws(ArchitectureError) -> [RecipeDecision] {
    var assignment = RecipeAssignment(self, tensors, facts, options)
    return try assignment.decisions()
  }
}
