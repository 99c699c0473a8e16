//! Who sends requests, one after the other on one connection, and who asks the Runtime API by hand.

use std::{io, path::Path};

use sternway_types::VersionNumber;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
};

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// The version that the body names, if one answered.
    pub(crate) fn version(&self) -> Option<VersionNumber> {
        let name = self.body.split(' ').next()?;
        (self.status == 200).then(|| name.parse().ok()).flatten()
    }
}

/// Sends requests to a path.
pub(crate) async fn send(socket: &Path, path: &str, requests: usize) -> io::Result<Vec<Answer>> {
    send_with(socket, path, &[], requests).await
}

/// Sends requests with these headers to a path. Where the connection was ended behind an answer, another one is opened.
pub(crate) async fn send_with(
    socket: &Path,
    path: &str,
    headers: &[(&str, &str)],
    requests: usize,
) -> io::Result<Vec<Answer>> {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let headers: String = headers.collect();
    let mut answers = Vec::new();
    let mut open = None;
    for _ in 0..requests {
        let mut stream = match open.take() {
            Some(stream) => stream,
            None => BufReader::new(UnixStream::connect(socket).await?),
        };
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n{headers}\r\n");
        stream.get_mut().write_all(request.as_bytes()).await?;
        let (answer, goes_on) = answer(&mut stream).await?;
        answers.push(answer);
        open = goes_on.then_some(stream);
    }
    Ok(answers)
}

/// Reads one answer, and whether another request may follow on the connection.
async fn answer(stream: &mut BufReader<UnixStream>) -> io::Result<(Answer, bool)> {
    let first = line(stream).await?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no answer: {first:?}")))?;
    let (mut length, mut goes_on) = (0, true);
    loop {
        let header = line(stream).await?.to_ascii_lowercase();
        match header.split_once(": ") {
            None => break,
            Some(("content-length", value)) => length = value.parse().map_err(io::Error::other)?,
            Some(("connection", value)) => goes_on = value != "close",
            Some(_) => (),
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok((Answer { status, body }, goes_on))
}

async fn line(stream: &mut BufReader<UnixStream>) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(line.trim_end().to_owned())
}

/// What the Runtime API answers to one line.
pub(crate) async fn ask(socket: &Path, command: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(format!("{command}\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
