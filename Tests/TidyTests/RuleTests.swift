// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// Each rule is seen to fail on what is not tidy, and to let the rest pass.
@Suite struct RuleTests {
  private func swift(_ text: String, path: String = "Sources/A/File.swift") -> Tree {
    Tree([SourceFile(path: path, text: text)])
  }

  private func lines(_ complaints: [Complaint]) -> [Int] { complaints.map(\.line) }

  @Test func aFileOfTooManyLinesIsNamed() {
    let long = String(repeating: "\n", count: Lengths.fileLimit)
    #expect(Lengths.files(swift(long)).isEmpty)
    #expect(lines(Lengths.files(swift(long + "\n"))) == [401])
    #expect(Lengths.files(swift(long + "\n", path: "Documentation/long.md")).isEmpty)
  }

  @Test func aFunctionOfTooManyLinesIsNamed() {
    let lines = String(repeating: "    print()\n", count: Lengths.functionLimit - 2)
    let short = "struct S {\n  func f(\n  a: Int) {\n\(lines.dropLast(12))  }\n}\n"
    #expect(Lengths.functions(swift(short)).isEmpty)
    let long = "struct S {\n  func f() {\n\(lines)\n  }\n  func g() {}\n}\n"
    #expect(self.lines(Lengths.functions(swift(long))) == [2])
    let c = SourceFile(
      path: "reference/a.c", text: "static int f(int a)\n{\n\(lines)}\nint g(void)\n{\n}\n")
    #expect(Lengths.functions(Tree([c])).map(\.subject) == ["reference/a.c:f"])
  }

  @Test func anExceptionThatNothingNeedsIsNamed() {
    let exceptions = [Exception("a.c", because: ""), Exception("b.c", because: "")]
    let one = Complaint(path: "a.c", line: 3, text: "")
    let other = Complaint(path: "c.c", line: 4, text: "")
    let left = exceptions.filter([one, other], rule: "rule")
    #expect(left.map(\.path) == ["c.c", "Tests/TidyTests/Exceptions.swift"])
    #expect(left[1].text.contains("`b.c`"))
  }

  @Test(arguments: [
    ("A.swift", "// SPDX-License-Identifier: GPL-2.0-only"),
    ("Package.swift", "// swift-tools-version: 6.1\n// SPDX-License-Identifier: GPL-2.0-only"),
    ("a.h", "/* SPDX-License-Identifier: GPL-2.0-only */"),
    ("run", "#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-only"),
    ("Makefile", "# SPDX-License-Identifier: GPL-2.0-only"),
  ])
  func theLicenceComesFirst(_ path: String, _ start: String) {
    #expect(Licenses.complaints(swift(start + "\n", path: path)).isEmpty)
    let without = start.replacing("GPL-2.0-only", with: "MIT")
    #expect(Licenses.complaints(swift(without + "\n", path: path)).count == 1)
    #expect(Licenses.complaints(swift(path == "run" ? "#!/bin/sh" : "", path: path)).count == 1)
  }

  @Test func whatIsPublicNeedsADocstring() {
    let tree = swift(
      """
      /// A type.
      public struct S: P, Comparable {
        public var bare: Int
        /// Two.
        public var one: Int
        public var other: Int
        public init(one: Int) {
          self.one = one
        }
        public init(_ text: String) { one = Int(text)! }
        /// A function.
        @inlinable
        public func told() {}
        // No docstring.
        public func silent() {}
        public static func < (a: S, b: S) -> Bool { true }
        public func asked() {}
      }
      protocol P {
        func asked()
      }
      extension S: Hashable {
        public var anything: Int { 0 }
      }
      public static let option = S(rawValue: 1)
      public enum E {}
      """)
    #expect(lines(Docstrings(tree).complaints()) == [3, 10, 15, 26])
    let excepted = [Exception("Sources/A", because: "")]
    #expect(Docstrings(tree).complaints(except: excepted).isEmpty)
    #expect(Docstrings(swift("")).complaints(except: excepted).count == 1)
  }

  @Test func whatIsCitedMustBeThere() {
    let gone = ["Documentation", "two.txt"].joined(separator: "/")
    let tree = Tree([
      SourceFile(
        path: "README.md",
        text: """
          # A title, with `code`
          [one](Documentation/two.md), [gone](Documentation/three.md)
          [here](#a-title-with-code) [nowhere](#another)
          `Sources/A/File.swift` and Sources/A/Gone.swift.
          Sources/A/*.swift, Sources/A/*.c, Sources/NAME.swift, elsewhere/a.c
          `make build`, `make haste`
          """),
      SourceFile(path: "Documentation/two.md", text: "[up](../README.md) [out](../gone)"),
      SourceFile(path: "Sources/A/File.swift", text: "let a = 1  // See \(gone).\n"),
      SourceFile(path: "Makefile", text: "build: a\n"),
    ])
    let found = Citations(tree).complaints
    #expect(
      found.map { "\($0.path):\($0.line)" } == [
        "README.md:2", "README.md:2", "README.md:3", "README.md:4",
        "README.md:5", "README.md:6", "Documentation/two.md:1", "Sources/A/File.swift:1",
      ])
  }

  @Test func aNameIsOneThingOnly() {
    let tree = Tree([
      SourceFile(path: "Package.swift", text: "  .target(name: \"A\"),\n"),
      SourceFile(path: "Sources/A/One.swift", text: "public struct A {}\npublic enum T {}\n"),
      SourceFile(
        path: "Sources/B/Two.swift", text: "public enum T {}\nstruct U { enum T {} }\n"),
    ])
    #expect(Names.complaints(tree).map(\.description).count == 2)
    #expect(Names.complaints(tree).map(\.subject) == ["A", "T"])
  }

  @Test func aLowFolderMayNotUseAHighOne() {
    func tree(_ order: String) -> Tree {
      Tree([
        SourceFile(
          path: "Documentation/design.md",
          text: "Folders of `Sources/A`, from low to high: \(order)"),
        SourceFile(path: "Sources/A/Low/Low.swift", text: "struct Low {}\n"),
        SourceFile(
          path: "Sources/A/High/High.swift", text: "struct High { var low: Low }  // Higher\n"),
      ])
    }
    #expect(FolderOrder(tree("`Low`, `High`.")).complaints.isEmpty)
    let found = FolderOrder(tree("`High`, `Low`.")).complaints
    #expect(found.map(\.path) == ["Sources/A/High/High.swift"])
    #expect(FolderOrder(tree("`Low`, `Gone`.")).complaints.count == 2)
  }
}
