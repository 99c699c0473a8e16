//! Servers behind `HAProxy`: one for each version, which answers with its name and the generation that it
//! was told.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    task::JoinSet,
};

/// The servers, which end with their value.
#[derive(Default)]
pub(crate) struct Upstreams {
    serving: JoinSet<()>,
}

/// How many requests began at a server.
pub(crate) type Begun = Arc<AtomicUsize>;

impl Upstreams {
    /// One more, behind `NAME.sock` in a folder.
    pub(crate) fn add(&mut self, folder: &Path, name: &str) -> io::Result<Begun> {
        let listener = UnixListener::bind(folder.join(format!("{name}.sock")))?;
        let begun = Begun::default();
        self.serving.spawn(listen(listener, name.to_owned(), Arc::clone(&begun)));
        Ok(begun)
    }
}

async fn listen(listener: UnixListener, name: String, begun: Begun) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (name, begun) = (name.clone(), Arc::clone(&begun));
        // An error ends the connection, which is for who asked to notice.
        connections.spawn(async move { serve(stream, &name, &begun).await.unwrap_or_default() });
    }
}

async fn serve(stream: UnixStream, name: &str, begun: &AtomicUsize) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut generation = String::new();
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 2 {
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("x-sternway-generation: ") {
                value.trim().clone_into(&mut generation);
            }
            line.clear();
        }
        if line.is_empty() {
            return Ok(());
        }
        begun.fetch_add(1, Ordering::SeqCst);
        let body = format!("{name} {generation}");
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.get_mut().write_all(answer.as_bytes()).await?;
    }
}
