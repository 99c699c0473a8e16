//! One connection to the Runtime API: a command, then its answer, and so on.
//!
//! A connection belongs to one process of `HAProxy` for as long as it lasts, also through a reload.

use sternway_provider::RouterError;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::Address;

/// What `HAProxy` writes behind each answer, after it was asked to. No line of an answer begins so.
const PROMPT: &[u8] = b"\n> ";

/// The longest answer that is read: the names of some ten thousand backends.
const MAX_ANSWER: usize = 1 << 20;

/// What leads to something that answers.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// See the module.
pub(crate) struct Session {
    stream: Box<dyn Stream>,
    address: String,
}

impl Session {
    pub(crate) async fn open(address: &Address) -> Result<Self, RouterError> {
        let stream: Box<dyn Stream> = match address {
            Address::Tcp(at) => Box::new(TcpStream::connect(at).await.map_err(refused(address))?),
            #[cfg(unix)]
            Address::Unix(path) => {
                let stream = tokio::net::UnixStream::connect(path).await;
                Box::new(stream.map_err(refused(address))?)
            }
            #[cfg(not(unix))]
            Address::Unix(_) => {
                let problem = format!("{address} is a Unix socket, and this system has none");
                return Err(RouterError::Unable { problem });
            }
        };
        Self::over(stream, address.to_string()).await
    }

    pub(crate) async fn over(
        stream: Box<dyn Stream>,
        address: String,
    ) -> Result<Self, RouterError> {
        let mut session = Self { stream, address };
        session.ask("prompt").await?;
        Ok(session)
    }

    /// What `HAProxy` answers to a command, which is one line.
    pub(crate) async fn ask(&mut self, command: &str) -> Result<String, RouterError> {
        let line = format!("{command}\n");
        let sent = self.stream.write_all(line.as_bytes()).await;
        sent.map_err(|err| self.broke(command, &err.to_string()))?;
        let mut answer = Vec::new();
        let mut part = vec![0; 16_384];
        while !answer.ends_with(PROMPT) {
            let read = self.stream.read(&mut part).await;
            let length = read.map_err(|err| self.broke(command, &err.to_string()))?;
            if length == 0 {
                return Err(self.broke(command, "it ended the connection"));
            }
            answer.extend_from_slice(part.get(..length).unwrap_or_default());
            if answer.len() > MAX_ANSWER {
                return Err(self.broke(command, "the answer is longer than 1 MiB"));
            }
        }
        answer.truncate(answer.len() - PROMPT.len());
        String::from_utf8(answer).map_err(|_| self.broke(command, "the answer is no text"))
    }

    /// The error of an answer that has no meaning.
    pub(crate) fn strange(&self, command: &str, answer: &str) -> RouterError {
        let answer: String = answer.trim().chars().take(200).collect();
        self.broke(command, &format!("it answered {answer:?}"))
    }

    fn broke(&self, command: &str, what: &str) -> RouterError {
        let address = &self.address;
        let command: String = command.chars().take(200).collect();
        RouterError::Unreachable { problem: format!("HAProxy at {address} to `{command}`: {what}") }
    }
}

fn refused(address: &Address) -> impl FnOnce(std::io::Error) -> RouterError {
    move |err| RouterError::Unreachable { problem: format!("HAProxy at {address}: {err}") }
}
