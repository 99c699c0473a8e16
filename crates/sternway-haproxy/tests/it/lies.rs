//! Something that is no `HAProxy`, or one that is out of order.

use std::{io, time::Duration};

use sternway_haproxy::{Address, Haproxy, Layout};
use sternway_provider::{RouterError, TrafficRouter as _};
use sternway_types::{EnvironmentId, Generation, Route, VersionNumber};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::place::Tested;

/// How something answers.
#[derive(Clone, Copy, Debug)]
enum Lie {
    /// Not at all.
    Hangs,
    /// It ends each connection.
    HangsUp,
    /// With bytes that have no end.
    NeverEnds,
    /// With this, whatever it was asked.
    Says(&'static [u8]),
    /// As `HAProxy` would, and nothing of it is true.
    Pretends,
}

/// The same answer for everybody, until it is dropped.
async fn liar(lie: Lie) -> io::Result<(Address, JoinSet<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string().parse().map_err(io::Error::other)?;
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(async move { answer(stream, lie).await.unwrap_or_default() });
        }
    });
    Ok((address, serving))
}

async fn answer(stream: TcpStream, lie: Lie) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    if matches!(lie, Lie::HangsUp) {
        return Ok(());
    }
    while stream.read_line(&mut line).await? > 0 {
        let said = match lie {
            Lie::HangsUp => return Ok(()),
            Lie::Hangs => b"",
            Lie::Says(said) => said,
            Lie::NeverEnds => loop {
                stream.get_mut().write_all(&[b'x'; 65_536]).await?;
            },
            Lie::Pretends => pretended(&line),
        };
        stream.get_mut().write_all(said).await?;
        line.clear();
    }
    Ok(())
}

fn pretended(command: &str) -> &'static [u8] {
    if command.starts_with("prepare") {
        return b"New version created: 1\n\n> ";
    }
    match command.trim() {
        "show map" => {
            b"0 (/maps/tools/search/production.map) x curr_ver=0 next_ver=1 entry_cnt=1\n\n> "
        }
        "show backend" => b"# name\nsearch_v1\n\n> ",
        // Nothing is in the map, also after it was committed.
        _ => b"\n> ",
    }
}

#[tokio::test]
async fn whatever_it_answers_a_call_ends_and_nobody_is_told_that_it_was_done() -> Tested {
    let lies = [
        Lie::Hangs,
        Lie::HangsUp,
        Lie::NeverEnds,
        Lie::Says(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
        Lie::Says(b"\n> "),
        Lie::Says(b"Permission\n> \n> "),
        Lie::Says(b"\xff\xfe\n> "),
        Lie::Says(b"0x1 tools/search/production\n\n> "),
        Lie::Pretends,
    ];
    for lie in lies {
        let (address, serving) = liar(lie).await?;
        let router =
            Haproxy::at(address, Layout::new("/maps")?).with_limit(Duration::from_millis(300));
        let (artifact, environment) = ("tools/search".parse()?, EnvironmentId::production());
        let observed = router.observe(&artifact, &environment).await;
        let nothing = matches!(lie, Lie::Says(b"\n> ") | Lie::Pretends) && observed == Ok(None);
        assert!(nothing || is_unreachable(&observed), "{lie:?}: {observed:?}");
        let route = Route::whole(artifact, environment, Generation::new(1), VersionNumber::FIRST);
        let applied = router.apply(&route).await;
        assert!(is_unreachable(&applied), "{lie:?}: {applied:?}");
        drop(serving);
    }
    Ok(())
}

fn is_unreachable<T>(answer: &Result<T, RouterError>) -> bool {
    matches!(answer, Err(RouterError::Unreachable { .. }))
}
