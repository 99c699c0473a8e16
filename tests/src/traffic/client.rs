//! Who sends requests, and who asks the Runtime API by hand.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The version that answered, such as `v2`.
    pub version: String,
    /// The generation of the route that the request took; empty if it took none.
    pub generation: String,
}

/// Sends one request to a port of this host, on a connection of its own.
///
/// # Errors
///
/// If it is not answered.
pub fn get(port: u16) -> io::Result<Answer> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut stream = BufReader::new(stream);
    stream
        .get_mut()
        .write_all(b"GET /search HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")?;
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no answer: {first:?}")))?;
    let mut rest = String::new();
    stream.read_to_string(&mut rest)?;
    let body = rest.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let (version, generation) = body.split_once(' ').unwrap_or((body, ""));
    Ok(Answer { status, version: version.to_owned(), generation: generation.to_owned() })
}

/// What the Runtime API behind a socket answers to one line.
///
/// # Errors
///
/// If it does not.
pub fn ask(socket: &Path, command: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{command}\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
