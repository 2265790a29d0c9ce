// SPDX-License-Identifier: GPL-2.0-only
import Foundation
import Testing

/// `make kernel-source`, without a network: which mirror it takes, and what it unpacks.
@Suite struct KernelSourceTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  private func mirror(_ files: [(name: String, text: String)]) throws -> Tool {
    try FileManager.default.createDirectory(
      atPath: scratch("sources.list.d"), withIntermediateDirectories: true)
    for file in files { _ = try scratch.file(file.name, file.text.utf8) }
    return try Tool.shell("Tools/kernel-source --mirror '\(scratch.path)'")
  }

  @Test(arguments: [
    ("deb http://a.org/debian bookworm main", "http://a.org/debian"),
    ("deb [arch=amd64 signed-by=/k.gpg] http://a.org/debian/ sid main", "http://a.org/debian/"),
    ("deb [ signed-by=/k.gpg arch=amd64 ] http://a.org/debian sid main", "http://a.org/debian"),
    ("# deb http://b.org/debian sid main\ndeb http://a.org/debian sid main", "http://a.org/debian"),
    (
      "deb http://s.org/debian-security sid main\ndeb http://a.org/debian sid main",
      "http://a.org/debian"
    ),
    (
      "deb-src http://b.org/debian sid main\ndeb http://a.org/debian sid main",
      "http://a.org/debian"
    ),
  ]) func theMirrorIsThatOfAOneLineEntry(_ text: String, _ uri: String) throws {
    let tool = try mirror([("sources.list", text + "\n")])
    let keyring = text.contains("/k.gpg") ? "/k.gpg" : Self.usualKeyring
    #expect(tool.output == "\(uri) \(keyring)\n" && tool.status == 0)
  }

  private static let usualKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

  @Test func theMirrorIsThatOfADeb822EntryThatIsEnabled() throws {
    let tool = try mirror([
      (
        "sources.list.d/x.sources",
        """
        Types: deb
        URIs: http://off.org/debian
        Suites: sid
        Enabled: no

        Types: deb-src
        URIs: http://source.org/debian
        Suites: sid

        Types: deb deb-src
        # A remark.
        URIs: http://on.org/debian http://second.org/debian
        Suites: sid
        Signed-By: /k.gpg

        """
      ),
      (
        "sources.list.d/y.sources",
        "Types: deb\nURIs: http://last.org/debian\nSuites: sid\nSigned-By: /other.gpg\n"
      ),
    ])
    #expect(tool.output == "http://on.org/debian /k.gpg\n")
  }

  @Test func anEntryEndsWithItsFile() throws {
    let tool = try mirror([
      ("sources.list.d/a.sources", "Types: deb\nURIs: http://a.org/ubuntu\nSigned-By: /a.gpg"),
      ("sources.list.d/b.sources", "Types: deb\nURIs: http://b.org/debian"),
    ])
    #expect(tool.output == "http://b.org/debian \(Self.usualKeyring)\n")
  }

  @Test func aMachineWithoutDebianIsTold() throws {
    let tool = try mirror([("sources.list", "deb http://a.org/ubuntu noble main\n")])
    #expect(tool.status == 2)
    #expect(tool.errors == "kernel-source: no Debian archive in \(scratch.path)\n")
  }

  // MARK: Packages and trees

  private func source(_ arguments: String) throws -> Tool {
    try Tool.shell("LOCKSTEP_KERNELS='\(scratch("kernels"))' Tools/kernel-source \(arguments)")
  }

  private func tree(_ release: String = "7.3.4", in folder: String) throws -> String {
    try StandInTree(scratch(folder), release: release).path
  }

  @Test(.enabled(if: hasPackager, "needs dpkg-deb and xz"))
  func ofAPackageOnlyWhatABuildReadsIsUnpacked() throws {
    let tree = try tree(in: "linux-source-7.3")
    let made = try Tool.shell(
      """
      set -e
      cd '\(scratch.path)'
      mkdir -p '\(tree)/drivers/net' '\(tree)/lib' deb/DEBIAN deb/usr/src
      touch '\(tree)/drivers/net/dummy.c' '\(tree)/lib/rbtree.c' '\(tree)/lib/idr.c'
      tar -cJf deb/usr/src/linux-source-7.3.tar.xz linux-source-7.3
      printf '%s\\n' 'Package: linux-source-7.3' 'Version: 7.3.4-1' 'Architecture: all' \
        'Maintainer: nobody <nobody@localhost>' 'Description: test' >deb/DEBIAN/control
      dpkg-deb --build deb source.deb
      """)
    try #require(made.status == 0, "\(made.errors)")
    let tool = try source("7.3 '\(scratch("source.deb"))'")
    #expect(tool.errors == "" && tool.status == 0)
    let place = scratch("kernels/7.3")
    #expect(tool.output == "kernel-source: Linux 7.3.4 in \(place): use it as kernel:7.3\n")
    let files = try Tool.shell("cd '\(place)' && find . -type f | sort").output
    #expect(files.contains("./drivers/iommu/generic_pt/fmt/iommu_toy.c\n"))
    #expect(files.contains("./lib/rbtree.c\n"))
    #expect(!files.contains("dummy.c") && !files.contains("idr.c"))
    // What is there is not fetched again.
    #expect(try source("7.3").output == tool.output)
    #expect(
      try source("7.2 '\(scratch("source.deb"))'").errors.contains(
        "expected a Debian package with usr/src/linux-source-7.2.tar.xz\n"))
  }

  private static let hasPackager =
    (try? Tool.shell("command -v dpkg-deb xz").status) == 0

  @Test func aTreeIsUsedWhereItLies() throws {
    let tree = try tree(in: "mine")
    #expect(try source("7.3 --tree '\(tree)'").status == 0)
    #expect(try Tool.shell("readlink '\(scratch("kernels/7.3"))'").output == "\(tree)\n")
    let other = try source("7.2 --tree '\(tree)'")
    #expect(other.status == 2)
    #expect(other.errors == "kernel-source: TREE=\(tree): it is Linux 7.3.4, not 7.2\n")
  }

  @Test(arguments: [
    ("", "expected a release such as VERSION=7.3, found ''"),
    ("7.3.4", "expected a release such as VERSION=7.3, found '7.3.4'"),
    ("7.3 /nowhere.deb", "DEB=/nowhere.deb: no such file"),
    ("7.3 Makefile", "expected a Debian package with usr/src/linux-source-7.3.tar.xz"),
    ("7.3 --tree Sources", "expected a kernel tree, with Makefile and drivers/iommu/generic_pt"),
  ]) func badInputIsToldInALine(_ arguments: String, _ message: String) throws {
    let tool = try source(arguments)
    #expect(tool.status == 2 && tool.output == "")
    #expect(tool.errors.hasPrefix("kernel-source: ") && tool.errors.hasSuffix("\(message)\n"))
    #expect(tool.errors.count { $0 == "\n" } == 1)
    #expect(!FileManager.default.fileExists(atPath: scratch("kernels/7.3")))
  }
}
