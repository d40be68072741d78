//! What a started program says, a line at a time.

use std::{
    io::{BufRead, BufReader, Read},
    thread,
};

use tokio::sync::oneshot;

/// The first line in which `pick` finds something. The output is read to its end, so that its writer never blocks;
/// where it ends before, nobody answers.
pub(super) fn first_line<T: Send + 'static>(
    output: Option<impl Read + Send + 'static>,
    pick: impl Fn(&str) -> Option<T> + Send + 'static,
) -> oneshot::Receiver<T> {
    let (tell, hear) = oneshot::channel();
    thread::spawn(move || {
        let mut tell = Some(tell);
        let lines = output
            .into_iter()
            .flat_map(|output| BufReader::new(output).lines());
        for line in lines.map_while(Result::ok) {
            if tell.is_some()
                && let Some(found) = pick(&line)
                && let Some(tell) = tell.take()
            {
                let _ = tell.send(found);
            }
        }
    });
    hear
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_is_told_and_an_end_without_one_too() {
        let pick = |line: &str| line.strip_prefix("n=").map(str::to_owned);
        let hear = first_line(Some(&b"a\nn=1\nn=2\n"[..]), pick);
        assert_eq!(hear.blocking_recv().as_deref(), Ok("1"));
        assert!(first_line(Some(&b"nothing\n"[..]), pick).blocking_recv().is_err());
        assert!(first_line(None::<&[u8]>, pick).blocking_recv().is_err());
    }
}
