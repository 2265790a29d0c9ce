// SPDX-License-Identifier: GPL-2.0-only
import Testing

/// The house keeps its shape: one rule a test, held against every file of the repository.
@Suite struct TidyTests {
  private let tree = Tree.repository

  @Test func theTreeWasRead() {
    #expect(tree.files.count { $0.kind == .swift } > 200)
    #expect(tree.files.count { $0.kind == .c } > 30)
    #expect(tree.files.count { $0.kind == .script } > 10)
    #expect(tree.files.count { $0.kind == .markdown } > 10)
  }

  @Test func roomsUseOnlyWhatTheTableOfRoomsSays() {
    expectNone(Layering(tree).complaints)
  }

  @Test func foldersOfARoomUseOnlyLowerOnes() {
    expectNone(FolderOrder(tree).complaints)
  }

  @Test func filesAreSmall() {
    expectNone(Exceptions.longFiles.filter(Lengths.files(tree), rule: "the length of files"))
  }

  @Test func functionsFitAScreen() {
    expectNone(
      Exceptions.longFunctions.filter(Lengths.functions(tree), rule: "the length of functions"))
  }

  @Test func everySourceBeginsWithItsLicence() {
    expectNone(Licenses.complaints(tree))
  }

  @Test func whatIsPublicIsDocumented() {
    expectNone(Docstrings(tree).complaints(except: Exceptions.undocumented))
  }

  @Test func whatIsCitedIsThere() {
    expectNone(Citations(tree).complaints)
  }

  @Test func aNameIsOneThing() {
    expectNone(Exceptions.names.filter(Names.complaints(tree), rule: "unique names"))
  }
}
