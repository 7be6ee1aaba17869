/// The general categories of Unicode, by their short names.
enum GeneralCategory: UInt8, CaseIterable {
  case cn, cc, cf, co, cs
  case ll, lm, lo, lt, lu
  case mc, me, mn
  case nd, nl, no
  case pc, pd, pe, pf, pi, po, ps
  case sc, sk, sm, so
  case zl, zp, zs

  /// `Lu`, `Nd`.
  var name: String {
    let text = "\(self)"
    return text.prefix(1).uppercased() + text.dropFirst()
  }
}
