//! Questions to whoever sits there. Nobody is asked on a pipe.

use std::io::{self, BufRead, IsTerminal, Write};

/// An answer is read up to so many bytes.
const LONGEST: u64 = 4096;

/// Somebody to be asked, or nobody.
pub(super) struct Asker {
    from: Option<Box<dyn BufRead>>,
}

impl Asker {
    /// Whoever sits at the terminal, unless `quiet`.
    pub(super) fn at_terminal(quiet: bool) -> Self {
        let there = !quiet && io::stdin().is_terminal() && io::stderr().is_terminal();
        Self {
            from: there.then(|| -> Box<dyn BufRead> { Box::new(io::stdin().lock()) }),
        }
    }

    /// What is answered; none where nobody is there, or nothing was answered.
    pub(super) fn ask(&mut self, question: &str) -> Option<String> {
        let from = self.from.as_mut()?;
        let _ = write!(io::stderr(), "{question}: ");
        let _ = io::stderr().flush();
        let mut line = String::new();
        match io::Read::take(&mut *from, LONGEST).read_line(&mut line) {
            Ok(0) | Err(_) => {
                self.from = None;
                None
            }
            Ok(_) => Some(line.trim().to_owned()).filter(|answer| !answer.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_nothing_or_goes_away_has_not_answered() {
        let mut asker = Asker {
            from: Some(Box::new(io::Cursor::new("\n  http://a/me \n"))),
        };
        assert_eq!(asker.ask("one"), None);
        assert_eq!(asker.ask("two").as_deref(), Some("http://a/me"));
        assert_eq!(asker.ask("three"), None);
        assert!(asker.from.is_none(), "and is asked no more");
        assert_eq!(Asker { from: None }.ask("four"), None);
    }
}
