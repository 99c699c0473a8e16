//! A file or standard input, line by line and more than once.
//!
//! What cannot be read twice, such as standard input, is kept in a temporary file to its end. Limits:
//! a line is at most [`MAX_LINE`] bytes, so that no input takes more memory than that.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek},
};

use super::source::Source;

/// The longest line that is taken, in bytes.
pub(crate) const MAX_LINE: usize = 1024 * 1024;
/// How much is read at once.
const BUFFER: usize = 256 * 1024;
/// Some editors begin a file with a mark of its byte order.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Where lines come from.
#[derive(Debug)]
pub(crate) struct Lines {
    reader: BufReader<File>,
    length: u64,
    line: Vec<u8>,
    number: u64,
    read: u64,
}

/// One line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// What it holds; nothing if that is more than [`MAX_LINE`] bytes.
    pub(crate) bytes: Option<&'a [u8]>,
}

impl Lines {
    /// Opens a source.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or not be kept.
    pub(crate) fn open(source: &Source) -> io::Result<Self> {
        let file = match source {
            Source::File(path) => File::open(path)?,
            Source::Stdin => kept(io::stdin().lock())?,
        };
        // A pipe has a path too, and is read only once.
        let seen = file.metadata()?;
        let file = if seen.is_file() || seen.is_dir() { file } else { kept(file)? };
        let length = file.metadata()?.len();
        let reader = BufReader::with_capacity(BUFFER, file);
        Ok(Self { reader, length, line: Vec::new(), number: 0, read: 0 })
    }

    /// How many bytes there are.
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// How many bytes were read since the beginning.
    pub(crate) const fn read(&self) -> u64 {
        self.read
    }

    /// Begins again with the first line.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(crate) fn rewind(&mut self) -> io::Result<()> {
        (self.number, self.read) = (0, 0);
        self.reader.rewind()
    }

    /// The next line that is not blank.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            let Some(whole) = self.fill()? else { return Ok(None) };
            if !whole {
                return Ok(Some(Line { number: self.number, bytes: None }));
            }
            if !self.content().is_empty() {
                return Ok(Some(Line { number: self.number, bytes: Some(self.content()) }));
            }
        }
    }

    fn content(&self) -> &[u8] {
        let line = self.line.trim_ascii();
        match line.strip_prefix(MARK) {
            Some(rest) if self.number == 1 => rest.trim_ascii(),
            _ => line,
        }
    }

    /// Reads a line, and says whether it is there as a whole; nothing at the end.
    fn fill(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let read = self.piece()?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let mut whole = true;
        while !self.line.ends_with(b"\n") && self.line.len() > MAX_LINE {
            whole = false;
            self.line.clear();
            if self.piece()? == 0 {
                break;
            }
        }
        Ok(Some(whole))
    }

    fn piece(&mut self) -> io::Result<usize> {
        let mut rest = self.reader.by_ref().take(MAX_LINE as u64 + 1);
        let read = rest.read_until(b'\n', &mut self.line)?;
        self.read += read as u64;
        Ok(read)
    }
}

/// A temporary file with everything that is read here.
fn kept(mut from: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut from, &mut file)?;
    file.rewind()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u64, Option<String>)> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        io::Write::write_all(&mut file, text).unwrap();
        let mut lines = Lines::open(&Source::File(file.path().into())).unwrap();
        let mut all = Vec::new();
        for _ in 0..2 {
            all.clear();
            while let Some(line) = lines.next().unwrap() {
                let text = line.bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                all.push((line.number, text));
            }
            assert_eq!(lines.read(), lines.length());
            lines.rewind().unwrap();
        }
        all
    }

    fn check(text: &[u8], expected: &[(u64, &str)]) {
        let expected = expected.iter().map(|(number, text)| (*number, Some((*text).to_owned())));
        assert_eq!(lines(text), expected.collect::<Vec<_>>());
    }

    #[test]
    fn blank_lines_count_and_are_passed_over() {
        check(b"", &[]);
        check(b"a\n\n  \r\nb", &[(1, "a"), (4, "b")]);
        check(b"a\r\nb\r\n", &[(1, "a"), (2, "b")]);
    }

    #[test]
    fn a_mark_of_the_byte_order_is_no_content() {
        check(b"\xef\xbb\xbfa\nb\n", &[(1, "a"), (2, "b")]);
        check(b"\xef\xbb\xbf\nb\n", &[(2, "b")]);
    }

    #[test]
    fn a_line_beyond_the_limit_is_named_and_the_next_one_read() {
        for longer in [1, MAX_LINE, 3 * MAX_LINE] {
            let long = "x".repeat(MAX_LINE + longer);
            let all = lines(format!("a\n{long}\nb\n").as_bytes());
            assert_eq!(all, [(1, Some("a".into())), (2, None), (3, Some("b".into()))]);
        }
        let longest = "x".repeat(MAX_LINE);
        check(format!("{longest}\nb").as_bytes(), &[(1, &longest), (2, "b")]);
    }
}
