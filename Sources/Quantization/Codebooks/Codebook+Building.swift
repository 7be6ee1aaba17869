extension Codebook {
  /// The book of a grid.
  ///
  /// - Parameters:
  ///   - members: bit c % 64 of word c / 64 is set if the point with code c is of the grid.
  ///   - values: what each digit is multiplied as.
  ///   - shells: how many of the least distances a list of neighbours covers.
  init(members: [UInt64], dimensions: Int, values: [UInt8], shells: Int) {
    self.dimensions = dimensions
    levels = values.count
    let half = levels == 3 ? 81 : 64
    let codes = (0..<half * half).filter { members[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    count = codes.count
    let digits = Self.digits(half: half, dimensions: dimensions / 2, levels: levels)
    var map = [Int32](repeating: 0, count: half * half)
    let lists = Self.lists(codes, digits, half: half, shells: shells, into: &map)

    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: Self.listsOffset + 2 * lists.count, alignment: 64)
    for (index, code) in codes.enumerated() {
      var point: UInt64 = 0
      for coordinate in (0..<dimensions).reversed() {
        let (half, place) = coordinate.quotientAndRemainder(dividingBy: dimensions / 2)
        let part = half == 0 ? code % digits.count : code / digits.count
        point = point << 8 | UInt64(values[Int(digits[part] >> UInt32(8 * place) & 0xff)])
      }
      memory.storeBytes(of: point, toByteOffset: 8 * index, as: UInt64.self)
      memory.storeBytes(
        of: Self.halves(code, digits), toByteOffset: Self.halvesOffset + 2 * index, as: UInt16.self)
    }
    for (code, word) in digits.enumerated() {
      if levels == 3 {
        let place = Self.ranksOffset + Int(Self.packed(word, half))
        memory.storeBytes(of: UInt8(code), toByteOffset: place, as: UInt8.self)
      } else {
        memory.storeBytes(of: word, toByteOffset: Self.ranksOffset + 4 * code, as: UInt32.self)
      }
    }
    let mapped = UnsafeMutableRawBufferPointer(
      start: memory + Self.mapOffset, count: Self.listsOffset - Self.mapOffset)
    map.withUnsafeBytes { mapped.copyMemory(from: $0) }
    let listed = UnsafeMutableRawBufferPointer(
      start: memory + Self.listsOffset, count: 2 * lists.count)
    lists.withUnsafeBytes { listed.copyMemory(from: $0) }
    self.memory = UnsafeRawPointer(memory)
  }

  /// The digits of both halves of a code, packed.
  private static func halves(_ code: Int, _ digits: [UInt32]) -> UInt16 {
    packed(digits[code % digits.count], digits.count)
      | packed(digits[code / digits.count], digits.count) << 8
  }

  /// Digits of bytes packed into 2 bits each, or 3 where a half has 64 codes.
  private static func packed(_ word: UInt32, _ half: Int) -> UInt16 {
    (0..<4).reduce(0) { byte, place in
      byte | UInt16(truncatingIfNeeded: word >> UInt32(8 * place) & 7)
        << UInt16((half == 64 ? 3 : 2) * place)
    }
  }

  /// The digits of each code of half of the coordinates, one per byte.
  private static func digits(half: Int, dimensions: Int, levels: Int) -> [UInt32] {
    (0..<half).map { code in
      var (rest, word) = (code, UInt32(0))
      for place in 0..<dimensions {
        word |= UInt32(truncatingIfNeeded: rest % levels) << UInt32(8 * place)
        rest /= levels
      }
      return word
    }
  }

  /// Squared distances between all pairs of halves, in steps of a digit.
  private static func distances(_ digits: [UInt32]) -> [UInt8] {
    digits.flatMap { a in
      digits.map { b in
        (0..<4).reduce(UInt8(0)) { sum, place in
          let step = Int(a >> UInt32(8 * place) & 0xff) - Int(b >> UInt32(8 * place) & 0xff)
          return sum + UInt8(step * step)
        }
      }
    }
  }

  /// Fills the map and makes the lists of all codes that are not of the grid.
  ///
  /// Distances are sums of two squares of halves that a table has, so that each of the millions of
  /// pairs costs an addition; the least `shells` of them are found in a set of bits. Points of the
  /// grid are visited by index: no sorting is needed.
  private static func lists(
    _ codes: [Int], _ digits: [UInt32], half: Int, shells: Int, into map: inout [Int32]
  ) -> [UInt16] {
    let table = distances(digits)
    let lows = codes.map { UInt8($0 % half) }
    let highs = codes.map { UInt8($0 / half) }
    var isMember = [Int32](repeating: -1, count: half * half)
    for (index, code) in codes.enumerated() { isMember[code] = Int32(index) }
    var lists: [UInt16] = []
    lists.reserveCapacity(400_000)
    let members = codes.map { halves($0, digits) }
    var found = [UInt8](repeating: 0, count: codes.count)
    for code in 0..<half * half {
      guard isMember[code] < 0 else {
        map[code] = isMember[code]
        continue
      }
      map[code] = -1 - Int32(lists.count)
      let place = lists.count
      lists.append(0)
      var occurring: UInt64 = 0
      table.withUnsafeBufferPointer { table in
        lows.withUnsafeBufferPointer { lows in
          highs.withUnsafeBufferPointer { highs in
            found.withUnsafeMutableBufferPointer { found in
              let (low, high) = (code % half * half, code / half * half)
              var index = 0
              while index < lows.count {
                let distance = table[low + Int(lows[index])] &+ table[high + Int(highs[index])]
                found[index] = distance
                // Lists never reach as far as 63: that bit stands for all that is farther.
                occurring |= 1 &<< UInt64(distance < 63 ? distance : 63)
                index += 1
              }
            }
          }
        }
      }
      for _ in 0..<shells {
        let shell = UInt8(truncatingIfNeeded: occurring.trailingZeroBitCount)
        occurring &= occurring &- 1
        found.withUnsafeBufferPointer { found in
          var index = 0
          while index < found.count {
            if found[index] == shell { lists.append(members[index]) }
            index += 1
          }
        }
      }
      lists[place] = UInt16(truncatingIfNeeded: lists.count - place - 1)
    }
    return lists
  }
}
