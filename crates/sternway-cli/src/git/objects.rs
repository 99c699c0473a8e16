//! The contents of a repository, one after the other from one process.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use super::{GitError, Repository};

/// What a name leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Object {
    /// A file: its id and its bytes.
    Blob(String, Vec<u8>),
    /// A file with more bytes than are taken.
    TooLarge(u64),
    /// Nothing, or nothing that is a file.
    Nothing,
}

/// A process that answers with contents.
#[derive(Debug)]
pub(crate) struct Objects {
    child: Child,
    asking: ChildStdin,
    answers: BufReader<ChildStdout>,
    limit: u64,
}

impl Repository {
    /// Starts to read contents of at most so many bytes.
    ///
    /// # Errors
    ///
    /// [`GitError::NotInstalled`] or [`GitError::Talk`] if git cannot be started.
    pub(crate) fn objects(&self, limit: usize) -> Result<Objects, GitError> {
        let mut command = self.command();
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let started = command.stderr(Stdio::null()).spawn();
        let mut child = started.map_err(|err| GitError::from_start(&err))?;
        let (Some(asking), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(GitError::Unexpected("its pipes"));
        };
        Ok(Objects { child, asking, answers: BufReader::new(answers), limit: limit as u64 })
    }
}

impl Objects {
    /// What a name leads to: the id of a blob, or `COMMIT:PATH`.
    ///
    /// # Errors
    ///
    /// [`GitError::Talk`] if git went away, and [`GitError::Unexpected`] if it says something else.
    pub(crate) fn get(&mut self, name: &[u8]) -> Result<Object, GitError> {
        // Names are asked for line by line.
        if name.contains(&b'\n') {
            return Ok(Object::Nothing);
        }
        self.ask(name).map_err(|err| GitError::from_talk(&err))?
    }

    fn ask(&mut self, name: &[u8]) -> io::Result<Result<Object, GitError>> {
        self.asking.write_all(&[name, b"\n"].concat())?;
        self.asking.flush()?;
        read(&mut self.answers, self.limit)
    }

    /// Ends the process.
    ///
    /// # Errors
    ///
    /// [`GitError::Talk`] if it cannot be waited for.
    pub(crate) fn close(mut self) -> Result<(), GitError> {
        drop(self.asking);
        self.child.wait().map(drop).map_err(|err| GitError::from_talk(&err))
    }
}

/// Reads an answer of `git cat-file --batch`.
pub(crate) fn read(answers: &mut impl BufRead, limit: u64) -> io::Result<Result<Object, GitError>> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    let unexpected = Ok(Err(GitError::Unexpected("cat-file --batch")));
    // A name may hold spaces, and is repeated in the answer when it leads to nothing.
    let words: Vec<&str> = line.trim_end_matches('\n').split(' ').collect();
    if matches!(words.last(), Some(&("missing" | "ambiguous"))) {
        return Ok(Ok(Object::Nothing));
    }
    let [id, kind, size] = words.as_slice() else { return unexpected };
    let Ok(size) = size.parse::<u64>() else { return unexpected };
    if *kind != "blob" || size > limit {
        io::copy(&mut answers.take(size.saturating_add(1)), &mut io::sink())?;
        return Ok(Ok(if *kind == "blob" { Object::TooLarge(size) } else { Object::Nothing }));
    }
    let mut bytes = Vec::new();
    answers.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.pop() != Some(b'\n') || bytes.len() as u64 != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Ok(Object::Blob((*id).to_owned(), bytes)))
}
