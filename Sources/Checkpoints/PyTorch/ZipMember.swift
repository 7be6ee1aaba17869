/// A member of a zip file, as the central directory describes it.
struct ZipMember: Sendable {
  /// Name, as bytes: two names that only look alike are two names.
  let name: [UInt8]
  /// Bit flags.
  let flags: UInt16
  /// 0 stored, 8 deflated.
  let method: UInt16
  /// CRC-32 of the content.
  let checksum: UInt32
  /// Bytes in the file.
  let storedSize: UInt64
  /// Bytes of the content.
  let size: UInt64
  /// Position of the local header.
  let headerOffset: UInt64

  /// Name for messages.
  var text: String { String(decoding: name, as: UTF8.self) }
}

/// Numbers of the zip format (APPNOTE 6.3.10, sections 4.3 to 4.5).
enum Zip {
  static let localHeader: UInt32 = 0x0403_4B50
  static let directoryEntry: UInt32 = 0x0201_4B50
  static let directoryEnd: UInt32 = 0x0605_4B50
  static let directoryEnd64: UInt32 = 0x0606_4B50
  static let locator64: UInt32 = 0x0706_4B50
  static let localHeaderSize = 30
  static let directoryEntrySize = 46
  static let directoryEndSize = 22
  static let directoryEnd64Size = 56
  static let locator64Size = 20
  /// Tag of the extra field with 64-bit numbers.
  static let extra64: UInt16 = 0x0001
  /// Tag of the extra field with which torch aligns data.
  static let extraPadding: UInt16 = 0x4246
  /// A 32-bit number that stands in the 64-bit extra field instead.
  static let elsewhere: UInt32 = 0xFFFF_FFFF
  /// Names are UTF-8.
  static let utf8Flag: UInt16 = 1 << 11
  /// The content is encrypted.
  static let encryptedFlag: UInt16 = 1
  /// Checksum and sizes may be missing in the local header.
  static let descriptorFlag: UInt16 = 1 << 3
  /// Most members.
  static let maxMembers = 1 << 21
  /// Most bytes of the central directory.
  static let maxDirectoryBytes = 256 << 20
}
