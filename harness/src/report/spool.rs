//! Rendered results on disk until the run is over, so that memory does not grow with their number.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::listener::{ReportError, cannot, create};

/// Pieces of text in a file beside the report, given back in the order of their keys.
pub(super) struct Spool {
    path: PathBuf,
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
    /// A spool for the report at `report`.
    pub(super) fn beside(report: &Path) -> Result<Self, ReportError> {
        let mut path = report.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        create(&path)?;
        let file = File::options()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|why| cannot(&path, why))?;
        Ok(Self {
            path,
            file,
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
    pub(super) fn pour(&mut self, out: &mut impl Write, separator: &str) -> io::Result<()> {
        if let Some(why) = self.trouble.take() {
            return Err(why);
        }
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.sort_by(|a, b| a.key.cmp(&b.key));
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                out.write_all(separator.as_bytes())?;
            }
            self.file.seek(SeekFrom::Start(piece.at))?;
            io::copy(&mut (&self.file).take(piece.length), out)?;
        }
        Ok(())
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_in_the_order_of_their_keys_and_the_file_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::beside(&folder.path().join("deep/report.json")).unwrap();
        for (key, text) in [("b", "second"), ("a", "first"), ("c", "third")] {
            spool.push(key.to_owned(), text);
        }
        let mut out = Vec::new();
        spool.pour(&mut out, ", ").unwrap();
        drop(spool);
        assert_eq!(String::from_utf8(out).unwrap(), "first, second, third");
        assert_eq!(std::fs::read_dir(folder.path().join("deep")).unwrap().count(), 0);
    }
}
