//! The servers behind `HAProxy`. Each answers with the version that it was asked for, and counts.

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

/// How many requests each version answered, by the generation of the route that they took; 0 for those that
/// took none.
pub type Counted = BTreeMap<(u64, u64), u64>;

/// Two of them, which end with their value.
#[derive(Debug)]
pub struct Upstreams {
    ports: [u16; 2],
    counted: Arc<Mutex<Counted>>,
    over: Arc<AtomicBool>,
    serving: Vec<JoinHandle<()>>,
}

impl Upstreams {
    /// Starts them, each on a port of its own.
    ///
    /// # Errors
    ///
    /// If there is no port.
    pub fn start() -> io::Result<Self> {
        let (counted, over) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let mut serving = Vec::new();
        let mut ports = [0; 2];
        for port in &mut ports {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            *port = listener.local_addr()?.port();
            let (counted, over) = (Arc::clone(&counted), Arc::clone(&over));
            serving.push(std::thread::spawn(move || listen(&listener, &counted, &over)));
        }
        Ok(Self { ports, counted, over, serving })
    }

    /// Their ports.
    #[must_use]
    pub const fn ports(&self) -> [u16; 2] {
        self.ports
    }

    /// Who asks what was counted, also on another thread.
    #[must_use]
    pub fn counter(&self) -> Box<dyn Fn() -> Counted + Send> {
        let counted = Arc::clone(&self.counted);
        Box::new(move || counted.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// What was counted since the start.
    #[must_use]
    pub fn counted(&self) -> Counted {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Upstreams {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        for port in self.ports {
            // Whoever waits for a connection is woken up; one who is gone needs no waking.
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map(drop).unwrap_or_default();
        }
        for serving in self.serving.drain(..) {
            serving.join().unwrap_or_default();
        }
    }
}

fn listen(listener: &TcpListener, counted: &Arc<Mutex<Counted>>, over: &AtomicBool) {
    while let Ok((stream, _)) = listener.accept() {
        if over.load(Ordering::SeqCst) {
            return;
        }
        let counted = Arc::clone(counted);
        // An error ends the connection, which is for who asked to notice.
        std::thread::spawn(move || serve(stream, &counted).unwrap_or_default());
    }
}

fn serve(stream: TcpStream, counted: &Mutex<Counted>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    loop {
        let (mut version, mut generation) = (0, 0);
        line.clear();
        while stream.read_line(&mut line)? > 2 {
            let number = |name: &str| {
                line.strip_prefix(name).and_then(|value| value.trim().parse::<u64>().ok())
            };
            version = number("x-version: ").unwrap_or(version);
            generation = number("x-sternway-generation: ").unwrap_or(generation);
            line.clear();
        }
        if line.is_empty() {
            return Ok(());
        }
        let mut all = counted.lock().unwrap_or_else(PoisonError::into_inner);
        *all.entry((version, generation)).or_default() += 1;
        drop(all);
        let body = format!("v{version} {generation}");
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.get_mut().write_all(answer.as_bytes())?;
    }
}
