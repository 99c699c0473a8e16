//! A server that hears one request after the other, and answers each as it is told to; the last answer is
//! also that to all later ones.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// How it answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// With these bytes.
    Whole(String),
    /// With these bytes, and then with nothing more, for as long as somebody waits.
    Hanging(&'static str),
    /// With a head, and then bytes for as long as somebody reads.
    Endless(&'static str),
}

/// An answer with a status such as `200 OK`, and a text.
pub(crate) fn says(status: &str, text: &str) -> Answer {
    let length = text.len();
    Answer::Whole(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{text}"))
}

pub(crate) struct Server {
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

impl Server {
    pub(crate) async fn answering(answers: impl Into<Vec<Answer>>) -> Self {
        let mut answers = answers.into().into_iter();
        let mut next = answers.next().expect("it is told an answer");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it has one").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(talk(stream, &next, &hears).await);
                next = answers.next().unwrap_or(next);
            }
        });
        Self { port, heard, _serving: serving }
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no test fails in here").clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/ready?of=app", self.port)
    }
}

async fn talk(
    mut stream: TcpStream,
    answer: &Answer,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let request = request(&mut stream).await?;
    heard.lock().expect("no test fails in here").push(request);
    match answer {
        Answer::Whole(text) => stream.write_all(text.as_bytes()).await,
        Answer::Hanging(text) => {
            stream.write_all(text.as_bytes()).await?;
            stream.read(&mut [0]).await.map(drop)
        }
        Answer::Endless(head) => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&[b'x'; 16_384]).await?;
            }
        }
    }
}

/// A head, and as many bytes as it says.
async fn request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|it| it.parse().ok()).unwrap_or_default();
            if body.len() >= length {
                return Ok(text);
            }
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(text);
        }
    }
}

/// A header of a request.
#[track_caller]
pub(crate) fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let lines = request.lines().take_while(|line| !line.is_empty());
    let mut found = lines.filter_map(|line| line.split_once(": "));
    found.find(|(it, _)| it.eq_ignore_ascii_case(name)).expect("the header is there").1
}

pub(crate) fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").expect("a body").1
}
