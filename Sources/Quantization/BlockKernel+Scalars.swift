internal import Kernels
internal import Tensors

extension BlockKernel {
  /// The kernel that encodes rows of a scalar type without a detour by f32, if there is one.
  func encoding(of scalar: ScalarType) -> Encoding? {
    switch scalar {
    case .f32: encode
    case .bf16: encodeBF16
    case .f16: encodeF16
    default: nil
    }
  }
}
