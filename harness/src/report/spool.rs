//! Rendered results on disk until the run is over, so that memory does not grow with their number.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use crate::nameless;

/// Pieces of text in a file that has no name, given back in the order of their keys.
pub(super) struct Spool {
    file: File,
    pieces: Vec<Piece>,
    end: u64,
    trouble: Option<io::Error>,
}

struct Piece {
    key: String,
    at: u64,
    length: u64,
}

impl Spool {
    /// A spool on the disk where this path is.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: nameless::at(path)?,
            pieces: Vec::new(),
            end: 0,
            trouble: None,
        })
    }

    /// Puts a piece away. Trouble is kept for [`pour`](Self::pour).
    pub(super) fn push(&mut self, key: String, text: &str) {
        if self.trouble.is_some() {
            return;
        }
        let written = self
            .file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| self.file.write_all(text.as_bytes()));
        match written {
            Ok(()) => {
                let length = text.len() as u64;
                self.pieces.push(Piece {
                    key,
                    at: self.end,
                    length,
                });
                self.end += length;
            }
            Err(why) => self.trouble = Some(why),
        }
    }

    /// Copies all pieces, sorted by key, with a separator between them.
    pub(super) fn pour(&mut self, out: &mut dyn Write, separator: &str) -> io::Result<()> {
        let mut first = true;
        self.each(|piece| {
            if !std::mem::take(&mut first) {
                out.write_all(separator.as_bytes())?;
            }
            out.write_all(piece.as_bytes())
        })
    }

    /// Gives back all pieces, sorted by key.
    pub(super) fn each(&mut self, mut take: impl FnMut(String) -> io::Result<()>) -> io::Result<()> {
        if let Some(why) = &self.trouble {
            return Err(io::Error::new(why.kind(), why.to_string()));
        }
        self.pieces.sort_by(|a, b| a.key.cmp(&b.key));
        for piece in &self.pieces {
            self.file.seek(SeekFrom::Start(piece.at))?;
            let mut text = String::new();
            (&self.file).take(piece.length).read_to_string(&mut text)?;
            take(text)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_in_the_order_of_their_keys_from_a_file_that_nobody_sees() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::at(&folder.path().join("report.json.pieces.part")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        for (key, text) in [("b", "second"), ("a", "first"), ("c", "third")] {
            spool.push(key.to_owned(), text);
        }
        for _ in 0..2 {
            let mut out = Vec::new();
            spool.pour(&mut out, ", ").unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), "first, second, third");
        }
    }
}
