// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// What the rules read code with.
@Suite struct ReadingTests {
  private func blank(_ text: String, isSwift: Bool = true) -> String {
    blanked(text, isSwift: isSwift).joined(separator: "\n")
      .split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  @Test(arguments: [
    ("a // { \n b", "a \n b"), ("a /* { /* } */ { */ b", "a b"), ("a \"{ \\\" {\" b", "a b"),
    ("a \"\\(f(\"{\")) {\" b", "a b"), ("a #\"{ \" {\"# b", "a b"), ("#if X {", "#if X {"),
    ("a \"\"\"\n { \" {\n \"\"\" b", "a \n \n b"), ("a \"\\\\\" { b", "a { b"),
  ])
  func commentsAndStringsOfSwiftAreBlank(_ text: String, _ code: String) {
    #expect(blank(text) == code)
  }

  @Test(arguments: [
    ("a /* /* { */ b", "a b"), ("'{' a '\\'' b", "a b"), ("\"{\" a", "a"),
  ])
  func commentsAndStringsOfCAreBlank(_ text: String, _ code: String) {
    #expect(blank(text, isSwift: false) == code)
  }

  private func functions(_ text: String, _ path: String = "a.swift") -> [String] {
    SourceFile(path: path, text: text).functions.map { "\($0.name) \($0.first)-\($0.last)" }
  }

  @Test func functionsOfSwiftAreFound() {
    let text = """
      protocol P {
        func asked(_ a: Int)
        var wanted: Int { get }
      }
      struct S {
        var stored = [1].map { $0 }
        @Test(arguments: ["{"]) private func f(
          _ g: () -> Void = { print() }
        ) throws(E) -> Int
        where T: U
        {
          if let a { return a }
          func inner() {}
        }
        static func == (a: S, b: S) -> Bool { true }
        init?(_ a: Int) { self.init(a) }
        var computed: Int {
          0
        }
      }
      """
    #expect(
      functions(text) == [
        "wanted 3-3", "f 7-14", "inner 13-13", "== 15-15", "init 16-16", "computed 17-19",
      ])
  }

  @Test func functionsOfCAreFound() {
    let text = """
      #define M(x) do { \\
        f(x); {
      static const int table[] = { 1, 2 };
      struct s { int (*f)(void); };
      int declared(int);
      static struct s *
      f(struct s *a, int b)
      {
        if (a) { g(); }
      }
      int main(void) {
        return 0; }
      """
    #expect(functions(text, "a.c") == ["f 7-10", "main 11-12"])
  }

  @Test func manifestsAreRead() {
    let manifest = Manifest(
      SourceFile(
        path: "Package.swift",
        text: """
          // swift-tools-version: 6.1
          let package = Package(
            products: [.executable(name: "a", targets: ["a"])],
            targets: [
              .target(name: "A"),
              .executableTarget(
                name: "a",
                dependencies: [
                  "A", .product(name: "ArgumentParser", package: "swift-argument-parser"), "B",
                ],
                path: "Fuzz/a", exclude: ["run"]),
              .testTarget(name: "ATests", dependencies: ["A"]),
            ])
          """))
    #expect(manifest.targets.map(\.name) == ["A", "a", "ATests"])
    #expect(manifest.targets.map(\.path) == ["Sources/A", "Fuzz/a", "Tests/ATests"])
    #expect(manifest.targets[1].dependencies == ["ArgumentParser", "A", "B"])
    #expect(manifest.targets.map(\.line) == [5, 6, 12])
  }
}
