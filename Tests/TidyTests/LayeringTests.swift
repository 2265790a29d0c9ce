// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// A small house, and what can be wrong with one.
@Suite struct LayeringTests {
  private static let design = """
    flowchart LR
      text --> Low --> High
      abi --> Low
    ```

    | room | what lives there | may use |
    | --- | --- | --- |
    | `reference/abi/` | a header | nothing |
    | `Sources/Low` | bricks | the ABI, Glibc |
    | `Sources/Next` (not built yet) | a plan | Low |
    | `Sources/High` | a roof | Low |
    | `Tests/` | tests | all above, Testing |
    """

  private static let manifest = """
    .systemLibrary(name: "ABI", path: "reference/abi"),
    .target(name: "Low", dependencies: ["ABI"]),
    .target(
      name: "High", dependencies: ["Low"]),
    .testTarget(name: "AllTests", dependencies: ["High", "Low"]),
    """

  private static let files = [
    "Documentation/design.md": design,
    "Package.swift": manifest,
    "Sources/Low/Low.swift": "import ABI\nimport Glibc\n",
    "Sources/High/High.swift": "import struct Low.Brick\n",
    "Tests/AllTests/Tests.swift": "import Testing\n@testable import High\nimport Low\n",
    "reference/abi/abi.h": "",
  ]

  /// What is said of the house when one of its files is another, or there is one more.
  private func complaints(_ path: String = "", _ text: String = "") -> [String] {
    let changed = Self.files.merging(path.isEmpty ? [:] : [path: text]) { $1 }
    let tree = Tree(changed.sorted { $0.key < $1.key }.map { SourceFile(path: $0, text: $1) })
    return Layering(tree).complaints.map(\.description)
  }

  private func design(_ old: String, _ new: String) -> [String] {
    complaints("Documentation/design.md", Self.design.replacing(old, with: new))
  }

  private func manifest(_ old: String, _ new: String) -> [String] {
    complaints("Package.swift", Self.manifest.replacing(old, with: new))
  }

  @Test func aHouseInOrderPasses() {
    #expect(complaints() == [])
  }

  @Test func aRoomThatReachesUpFails() {
    let found = complaints("Sources/Low/Up.swift", "// import High\nimport High\n")
    #expect(found.contains { $0.hasPrefix("Sources/Low/Up.swift:2: Sources/Low may not use High") })
    #expect(found.contains { $0.contains("Low does not declare that it depends on High") })
  }

  @Test func aModuleFromElsewhereThatIsNotInTheRowFails() {
    #expect(complaints("Sources/High/More.swift", "import Foundation\n").count == 1)
    #expect(complaints("Tests/AllTests/More.swift", "import Foundation\n").count == 1)
  }

  @Test func aHeaderOfAnotherRoomFails() {
    let text =
      "#include \"a.h\"\n#include \"abi.h\"\n#include \"../Low/low.h\"\n#include \"gone.h\"\n"
    let house = [
      "Sources/High/High.c": text, "Sources/High/a.h": "", "Sources/Low/low.h": "",
    ]
    let tree = Tree(
      Self.files.merging(house) { $1 }.sorted { $0.key < $1.key }
        .map { SourceFile(path: $0, text: $1) })
    let found = Layering(tree).complaints
    // The ABI is not in the row of High; Low is.
    #expect(found.map(\.line) == [2, 4])
    #expect(found.allSatisfy { $0.path == "Sources/High/High.c" })
  }

  @Test func theTableMustKnowTheHouse() {
    #expect(
      design("| `Sources/High` | a roof | Low |\n", "")
        .contains { $0.hasPrefix("Package.swift:3: High is in no room") })
    #expect(
      design(" (not built yet)", "").contains { $0.contains("there is no room Sources/Next") })
    #expect(
      design("`Sources/High`", "`Sources/High` (not built yet)")
        .contains { $0.contains("Sources/High is built") })
    #expect(design("| room |", "| rooms |").count == 1)
  }

  @Test func whatARowNamesMustStandAboveItAndBeUsed() {
    #expect(design("the ABI, Glibc", "the ABI, Glibc, High").contains { $0.contains("`High`") })
    #expect(design("the ABI, Glibc", "the ABI, Glibc, Attic").contains { $0.contains("`Attic`") })
    #expect(
      design("| a roof | Low |", "| a roof | Low, Testing |").contains { $0.contains("`Testing`") })
    #expect(
      design("| a roof | Low |", "| a roof | Low, the ABI |").contains { $0.contains("the ABI") })
  }

  @Test func theDrawingShowsTheTable() {
    #expect(design("  abi --> Low\n", "").contains { $0.contains("abi --> Low is missing") })
    #expect(design("abi --> Low", "abi --> Low --> abi").count == 1)
    #expect(design("  abi --> Low\n", "  abi --> Low\n  abi --> High\n").count == 1)
    #expect(design("flowchart", "chart").contains { $0.contains("expected a drawing") })
  }

  @Test func theManifestDeclaresWhatIsImportedAndNoMore() {
    #expect(manifest("[\"ABI\"]", "[\"ABI\", \"High\"]").count > 1)
    #expect(manifest("[\"High\", \"Low\"]", "[\"High\"]").count == 1)
    #expect(manifest("[\"High\", \"Low\"]", "[\"High\", \"Low\", \"ABI\"]").count == 1)
  }

  @Test func theFuzzersPackageSaysTheSame() {
    let same = ".target(name: \"Low\", dependencies: [\"ABI\"]),\n"
    #expect(complaints("Fuzz/Package.swift", same) == [])
    let other = ".target(name: \"Low\", dependencies: []),\n"
    #expect(complaints("Fuzz/Package.swift", other).count == 1)
  }
}
