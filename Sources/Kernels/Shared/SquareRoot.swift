/// The square roots of four numbers, as one vector instruction on every level.
///
/// The name is that of LLVM's intrinsic, for which the compiler puts the processor's square root in
/// place: no function of that name is called or linked. LLVM's language reference has it give what
/// IEEE 754 demands, the correctly rounded root, where no flag for fast arithmetic is set, and Swift
/// sets none; so the bytes are those of `squareRoot()`. Of the standard library's function there is no
/// vector, and the loop over its lanes stays one of scalars on the baseline.
@_silgen_name("llvm.sqrt.v4f32")
func squareRoots(_ values: SIMD4<Float>) -> SIMD4<Float>
