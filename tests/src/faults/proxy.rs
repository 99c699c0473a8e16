//! A proxy between client and server that knows where the client's messages end, and can cut,
//! delay, half-close or black-hole a connection at each of them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{AbortHandle, JoinSet},
};

use super::{
    Told,
    frames::{Frames, says},
    tasks::{pause, spawn},
};

/// Where in the conversation something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the message gets to the server.
    Before,
    /// When it got there, and nothing that follows it will.
    After,
    /// When the server says something after it, which the client will not hear.
    Answer,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Both connections are closed.
    Cut,
    /// The client is told that nothing more comes; the server is told nothing.
    HalfClose,
    /// Nothing comes through any more, and nobody is told.
    BlackHole,
    /// The message comes later.
    Delay(Duration),
}

/// What happens from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// All goes well.
    Well,
    /// The server is out of reach, until [`Proxy::heal`].
    Down,
}

/// A fault.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// At which message, counted from 0 since [`Proxy::arm`].
    pub at: usize,
    /// Where about it.
    pub moment: Moment,
    /// What happens there.
    pub how: How,
    /// And then.
    pub then: Then,
}

/// See the module. It ends with its value.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    server: watch::Sender<(String, u16)>,
    state: Arc<Mutex<State>>,
    task: AbortHandle,
}

#[derive(Debug, Default)]
struct State {
    fault: Option<Fault>,
    heard: usize,
    down: bool,
    listeners: usize,
    log: Option<Vec<Vec<u8>>>,
    silenced: Option<&'static str>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// A proxy before a server, on a port of its own.
    ///
    /// # Errors
    ///
    /// What the system answers.
    pub async fn before(server: (String, u16)) -> Told<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::<Mutex<State>>::default();
        let (server, leads_to) = watch::channel(server);
        let task = spawn(accept(listener, leads_to, Arc::clone(&state))).abort_handle();
        Ok(Self { port, server, state, task })
    }

    /// Cuts all connections; new ones lead to another server.
    pub fn lead_to(&self, server: (String, u16)) {
        self.server.send_replace(server);
    }

    /// Where it listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Counts messages from now on, those of sessions that only listen left out.
    pub fn arm(&self, fault: Fault) {
        let mut state = lock(&self.state);
        (state.fault, state.heard) = (Some(fault), 0);
    }

    /// How many messages were counted.
    #[must_use]
    pub fn messages(&self) -> usize {
        lock(&self.state).heard
    }

    /// Lets everything through again. Says whether the fault happened.
    #[must_use]
    pub fn heal(&self) -> bool {
        let mut state = lock(&self.state);
        state.down = false;
        state.fault.take().is_none()
    }

    /// The next session that says these words gets no answer, nor anything after.
    pub fn silence(&self, words: &'static str) {
        lock(&self.state).silenced = Some(words);
    }

    /// Whether that is still to come.
    #[must_use]
    pub fn silences(&self) -> bool {
        lock(&self.state).silenced.is_some()
    }

    /// How many sessions have begun to listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        lock(&self.state).listeners
    }

    /// Keeps what clients say from now on.
    pub fn record(&self) {
        lock(&self.state).log = Some(Vec::new());
    }

    /// What clients said since, message by message.
    #[must_use]
    pub fn recorded(&self) -> Vec<Vec<u8>> {
        lock(&self.state).log.take().unwrap_or_default()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// What happens at a message; nothing if it goes through.
    fn hear(&mut self, message: &[u8], ear: &mut bool) -> Option<(Moment, How)> {
        if let Some(log) = &mut self.log {
            log.push(message.to_vec());
        }
        if !*ear && says(message, "LISTEN ") {
            *ear = true;
            self.listeners += 1;
        }
        if self.silenced.is_some_and(|words| says(message, words)) {
            self.silenced = None;
            return Some((Moment::Before, How::BlackHole));
        }
        if self.down {
            return Some((Moment::Before, How::Cut));
        }
        if *ear {
            return None;
        }
        self.heard += 1;
        let fault = self.fault?;
        if self.heard <= fault.at {
            return None;
        }
        self.fault = None;
        self.down = fault.then == Then::Down;
        Some((fault.moment, fault.how))
    }
}

async fn accept(
    listener: TcpListener,
    mut server: watch::Receiver<(String, u16)>,
    state: Arc<Mutex<State>>,
) {
    // They end with this task.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        let (to, state) = (server.borrow_and_update().clone(), Arc::clone(&state));
        let mut server = server.clone();
        connections.spawn(async move {
            // An error ends the connection, as it does without a proxy.
            tokio::select! {
                served = serve(client, to, &state) => drop(served),
                led = server.changed() => drop(led),
            }
        });
    }
}

/// The four ends of two connections.
struct Ends {
    from_client: OwnedReadHalf,
    to_client: OwnedWriteHalf,
    _from_server: OwnedReadHalf,
    _to_server: OwnedWriteHalf,
}

async fn serve(
    client: TcpStream,
    server: (String, u16),
    state: &Mutex<State>,
) -> std::io::Result<()> {
    if lock(state).down {
        return Ok(());
    }
    let server = TcpStream::connect(server).await?;
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (mut frames, mut ear, mut doom) = (Frames::default(), false, None);
    let (mut said, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    let how = 'open: loop {
        tokio::select! {
            read = from_client.read(&mut said) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                frames.hear(said.get(..read).unwrap_or_default());
                while let Some(message) = frames.next() {
                    let fault = lock(state).hear(&message, &mut ear);
                    match fault {
                        Some((_, How::Delay(length))) => pause(length).await,
                        Some((Moment::Before, how)) => break 'open how,
                        Some((Moment::Answer, how)) => doom = Some(how),
                        Some((Moment::After, _)) | None => (),
                    }
                    to_server.write_all(&message).await?;
                    if let Some((Moment::After, how)) = fault && !matches!(how, How::Delay(_)) {
                        break 'open how;
                    }
                }
            }
            read = from_server.read(&mut answered) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                if let Some(how) = doom {
                    break 'open how;
                }
                to_client.write_all(answered.get(..read).unwrap_or_default()).await?;
            }
        }
    };
    let ends = Ends { from_client, to_client, _from_server: from_server, _to_server: to_server };
    stop(how, ends).await
}

async fn stop(how: How, mut ends: Ends) -> std::io::Result<()> {
    match how {
        How::Cut | How::Delay(_) => return Ok(()),
        How::HalfClose => ends.to_client.shutdown().await?,
        How::BlackHole => (),
    }
    // Until the client gives up.
    let mut said = vec![0; 65_536];
    while ends.from_client.read(&mut said).await? > 0 {}
    Ok(())
}
