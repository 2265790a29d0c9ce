// SPDX-License-Identifier: GPL-2.0-only

extension LineCursor {
  /// Reads `=` after a key that is given once.
  mutating func beginValue(of key: ByteWord, isRepeated: Bool) throws(LineFault) {
    if isRepeated {
      throw fault(expected: "every argument once", at: key.start)
    }
    if !skip(UInt8(ascii: "=")) {
      throw fault(expected: "`\(String(key))=` and a value", at: key.start)
    }
  }

  /// The arguments of a `domain` line in a version of the language.
  mutating func domain(version: Int) throws(LineFault) -> DomainConfiguration {
    var arguments = DomainArguments(version: version)
    while let key = key() { try arguments.read(key, from: &self) }
    try finish()
    return try arguments.configuration(self)
  }

  /// A comma-separated list of features, or `none`. `format` and `kernel` bound what is accepted.
  mutating func features(
    of format: Format?, _ kernel: Kernel? = nil
  ) throws(LineFault) -> Features {
    let first = position
    if rest(endingAt: UInt8(ascii: " ")) == "none" { return [] }
    position = first
    var features: Features = []
    repeat {
      let feature = try feature(of: format, kernel)
      if features.contains(feature.value) {
        throw fault(expected: "every feature once", at: feature.place)
      }
      features.insert(feature.value)
    } while skip(UInt8(ascii: ","))
    return features
  }

  private mutating func feature(
    of format: Format?, _ kernel: Kernel?
  ) throws(LineFault) -> (value: Features, place: UnsafePointer<UInt8>) {
    let word = rest(endingAt: UInt8(ascii: ","))
    guard let bit = Features.names.firstIndex(where: { word == $0 }) else {
      throw fault(expected: "a feature or `none`", at: word.start)
    }
    let feature = Features(rawValue: 1 << UInt32(bit))
    if let format, !format.expressibleFeatures(of: kernel).contains(feature) {
      if kernel == nil, Features.sinceLinux7_2.contains(feature) {
        throw fault(expected: "a feature or `none`", at: word.start)
      }
      let release = kernel.map { " in \($0.name)" } ?? ""
      throw fault(expected: "a feature that \(format.name) has\(release)", at: word.start)
    }
    return (feature, word.start)
  }
}

/// What was read of a `domain` line so far.
private struct DomainArguments {
  let version: Int
  var format: Format?
  var va: UInt8?
  var oa: UInt8?
  /// Where the list stands: which features are accepted depends on the format.
  var features: LineCursor?
  var top: (value: UInt32, place: UnsafePointer<UInt8>)?
  var pageSizes: UInt64?
  var encryptionBit: UInt8?
  var build: Build?
  var gather: GatherRevision?
  var kernel: Kernel?
  var hasSyncMap = false
  var policy: Policy?
  var driver: DriverChoice?

  init(version: Int) { self.version = version }

  mutating func read(_ key: ByteWord, from cursor: inout LineCursor) throws(LineFault) {
    switch key {
    case "format":
      try cursor.beginValue(of: key, isRepeated: format != nil)
      format = try cursor.choice("a format: \(Format.names)", Format.allCases, \.name)
    case "va":
      try cursor.beginValue(of: key, isRepeated: va != nil)
      va = UInt8(try cursor.number("a width in bits, 0 to 255", in: 0...255))
    case "oa":
      try cursor.beginValue(of: key, isRepeated: oa != nil)
      oa = UInt8(try cursor.number("a width in bits, 0 to 255", in: 0...255))
    case "features":
      try cursor.beginValue(of: key, isRepeated: features != nil)
      features = cursor
      _ = cursor.rest(endingAt: UInt8(ascii: " "))
    case "top":
      try cursor.beginValue(of: key, isRepeated: top != nil)
      top = (
        UInt32(try cursor.number("a level, 0 to 4294967295", in: 0...UInt64(UInt32.max))), key.start
      )
    default:
      try readOptional(key, from: &cursor)
    }
  }

  private mutating func readOptional(
    _ key: ByteWord, from cursor: inout LineCursor
  ) throws(LineFault) {
    switch key {
    case "pgsizes":
      try cursor.beginValue(of: key, isRepeated: pageSizes != nil)
      pageSizes = try cursor.number("a bitmap of page sizes")
    case "cbit":
      try cursor.beginValue(of: key, isRepeated: encryptionBit != nil)
      encryptionBit = UInt8(try cursor.number("a bit, 36 to 63", in: 36...63))
    case "build":
      try cursor.beginValue(of: key, isRepeated: build != nil)
      build = try cursor.choice("`debug`", [Build.debug]) { _ in "debug" }
    case "gather":
      try cursor.beginValue(of: key, isRepeated: gather != nil)
      gather = try cursor.choice(
        "a revision: original, always-add, proposed or merged", GatherRevision.allCases, \.name)
    case "kernel" where version >= 2:
      try cursor.beginValue(of: key, isRepeated: kernel != nil)
      kernel = try cursor.choice("a kernel: \(Kernel.names)", Kernel.allCases, \.name)
    case "sync_map" where version >= 2:
      try cursor.word(key, isRepeated: hasSyncMap)
      hasSyncMap = true
    case "policy" where version >= 2:
      try cursor.beginValue(of: key, isRepeated: policy != nil)
      policy = try cursor.choice(
        "a policy: generic, sync-tables, eager or keep", Policy.allCases, \.name)
    case "driver" where version >= 2:
      try cursor.beginValue(of: key, isRepeated: driver != nil)
      driver = try cursor.driver()
    default:
      throw cursor.fault(expected: "an argument of `domain`", at: key.start)
    }
  }

  /// Checks the arguments against one another; `cursor` stands at the line's end.
  func configuration(_ cursor: LineCursor) throws(LineFault) -> DomainConfiguration {
    guard let format else { throw cursor.fault(expected: "`format=`") }
    if version >= 2, kernel == nil { throw cursor.fault(expected: "`kernel=`") }
    guard let va else { throw cursor.fault(expected: "`va=`") }
    guard let oa else { throw cursor.fault(expected: "`oa=`") }
    guard var features else { throw cursor.fault(expected: "`features=`") }
    let set = try features.features(of: format, kernel)
    if format.takesTop, top == nil {
      throw cursor.fault(expected: "`top=`, which \(format.name) takes")
    }
    if !format.takesTop, let top {
      throw cursor.fault(expected: "no `top=`, which \(format.name) does not take", at: top.place)
    }
    return DomainConfiguration(
      format: format, va: va, oa: oa, features: set, top: top?.value, pageSizes: pageSizes,
      encryptionBit: encryptionBit, build: build ?? .production, gather: gather,
      kernel: kernel, hasSyncMap: hasSyncMap, policy: policy, driver: driver)
  }
}

extension LineCursor {
  /// Checks that `key` stands alone, and only once.
  func word(_ key: ByteWord, isRepeated: Bool) throws(LineFault) {
    var ahead = self
    if ahead.skip(UInt8(ascii: "=")) {
      throw fault(expected: "`\(String(key))` without a value", at: key.start)
    }
    if isRepeated { throw fault(expected: "every argument once", at: key.start) }
  }

  /// Reads the rest of the word at hand as a driver.
  fileprivate mutating func driver() throws(LineFault) -> DriverChoice {
    let word = rest(endingAt: UInt8(ascii: " "))
    do throws(DriverNameError) {
      return try DriverChoice(parsing: String(word))
    } catch {
      throw fault(expected: error.expected, at: word.start)
    }
  }

  /// Reads the rest of the word at hand as the one of `choices` that `name` gives it.
  mutating func choice<Choice>(
    _ expected: @autoclosure () -> String, _ choices: [Choice], _ name: (Choice) -> StaticString
  ) throws(LineFault) -> Choice {
    let word = rest(endingAt: UInt8(ascii: " "))
    for choice in choices where word == name(choice) { return choice }
    throw fault(expected: expected(), at: word.start)
  }
}

extension String {
  init(_ word: ByteWord) {
    self.init(decoding: UnsafeBufferPointer(start: word.start, count: word.count), as: UTF8.self)
  }
}
