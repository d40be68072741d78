//! The documentation as a book: `ci/book` puts the chapters of `docs/` and what is generated together, and everything in it is true as
//! far as a program can tell. Needs no mdbook.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod chapters;
mod links;
mod pages;
mod read;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// The book's Markdown, made once for all tests of this file.
static BOOK: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let root = tempfile::tempdir().unwrap();
    let made = Command::new(repository().join("ci/book"))
        .arg(root.path().join("book"))
        .env("SAMLITMUS", env!("CARGO_BIN_EXE_samlitmus"))
        .env("MDBOOK", "no")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
    root
});

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn book() -> PathBuf {
    BOOK.path().join("book/src")
}
