//! Channels are told by `supervise`, through real sockets.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Stdio,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::world::World;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Who hears what is told, and answers with these statuses, the last one for ever; or never.
struct Listener {
    port: u16,
    heard: Receiver<Value>,
}

impl Listener {
    fn answering(statuses: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, heard) = channel();
        thread::spawn(move || {
            let mut kept = Vec::new();
            for (index, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let event = request(&mut stream);
                match statuses.get(index.min(statuses.len().wrapping_sub(1))) {
                    Some(status) => {
                        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                    None => kept.push(stream),
                }
                if tell.send(event).is_err() {
                    return;
                }
            }
        });
        Self { port, heard }
    }

    /// The ids of what was heard.
    fn ids(&self) -> Vec<String> {
        self.heard.try_iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// The event in a request.
fn request(stream: &mut TcpStream) -> Value {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((_, body)) = text.split_once("\r\n\r\n")
            && let Ok(event) = serde_json::from_str(body)
        {
            return event;
        }
        let mut some = [0; 4_096];
        let count = stream.read(&mut some).unwrap();
        assert_ne!(count, 0, "a request ends before its body: {text}");
        read.extend(&some[..count]);
    }
}

/// A world that tells this listener everything.
fn world(listener: &Listener) -> World {
    let world = World::with_greeting().set("HOOK_SECRET", SECRET);
    let url = format!("http://127.0.0.1:{}/hook", listener.port);
    let add = ["notify", "add", "ci", "--webhook", &url, "--secret", "env:HOOK_SECRET"];
    world.ok(&[&add[..], &["--allow-private", "--on", "*"]].concat());
    world
}

#[test]
fn supervise_tells_what_happened_in_order() {
    let listener = Listener::answering(&["204 No Content"]);
    let world = world(&listener);
    world.ok(&["promote", "prompts/greeting@v2"]);
    world.ok(&["rollback", "prompts/greeting"]);
    let said = world.ok(&["supervise", "--once"]);
    assert!(said.ends_with("ci told 3 events\n"), "{said}");
    let events: Vec<_> = listener.heard.try_iter().collect();
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "dev.sternway.artifact.promoted.v1",
            "dev.sternway.artifact.rolled_back.v1",
            "dev.sternway.version.condemned.v1",
        ]
    );
    assert_eq!(
        events[1]["data"]["summary"],
        "prompts/greeting v2 in production rolled back to v1: by hand"
    );
    assert_eq!(world.ok(&["supervise", "--once"]), "");
}

#[test]
fn what_is_not_taken_is_shown_and_told_again_under_the_same_id() {
    let listener = Listener::answering(&["503 Service Unavailable", "200 OK"]);
    let world = world(&listener);
    world.ok(&["promote", "prompts/greeting@v2"]);
    let said = world.ok(&["supervise", "--once"]);
    assert!(said.contains("ci told 0 events; artifact.promoted again at"), "{said}");
    let shown = world.ok(&["notify", "deliveries", "ci"]);
    assert!(shown.contains("1 waiting, tried once, again at"), "{shown}");
    assert!(shown.contains("503 Service Unavailable"), "{shown}");
    assert!(shown.contains("next: sternway notify replay ci"), "{shown}");
    world.ok(&["notify", "replay", "ci"]);
    world.ok(&["supervise", "--once"]);
    let ids = listener.ids();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    let view = world.json(&["notify", "deliveries", "ci"]);
    assert_eq!(view["outbox"]["recent"][0]["answer"], "200 OK");
}

#[test]
fn what_is_not_taken_is_skipped_and_is_on_the_list_of_what_was_given_up() {
    let listener = Listener::answering(&["503 Service Unavailable", "200 OK"]);
    let world = world(&listener);
    let nothing = world.ok(&["notify", "skip", "ci"]);
    assert_eq!(nothing, "ci is held up by nothing\n");
    world.ok(&["promote", "prompts/greeting@v2"]);
    world.ok(&["supervise", "--once"]);
    let shown = world.ok(&["notify", "deliveries", "ci"]);
    assert!(shown.contains("sternway notify skip ci"), "{shown}");
    let skipped = world.ok(&["notify", "skip", "ci"]);
    assert!(skipped.contains("artifact.promoted: skipped by human:"), "{skipped}");
    world.ok(&["promote", "prompts/greeting@v1"]);
    world.ok(&["supervise", "--once"]);
    let view = world.json(&["notify", "deliveries", "ci"]);
    assert_eq!((&view["outbox"]["told"], &view["waiting"]), (&1.into(), &serde_json::json!([])));
    let problem = view["outbox"]["lost"][0]["problem"].as_str().unwrap();
    assert!(problem.ends_with("503 Service Unavailable"), "{problem}");
}

#[test]
fn a_test_says_what_was_answered() {
    let listener = Listener::answering(&["200 OK", "500 Internal Server Error"]);
    let world = world(&listener);
    assert_eq!(world.ok(&["notify", "test", "ci"]), "ci told of a test: 200 OK\n");
    assert!(listener.ids()[0].starts_with("evt-test-"));
    let told = world.fails(10, &["notify", "test", "ci"]);
    assert!(told.contains("error: 500 Internal Server Error"), "{told}");
}

#[test]
fn nobody_waits_for_a_channel_that_does_not_answer() {
    let listener = Listener::answering(&[]);
    let world = world(&listener);
    world.ok(&["promote", "prompts/greeting@v2"]);
    let mut command = world.command(&["supervise"]);
    let mut supervise = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    listener.heard.recv_timeout(Duration::from_secs(60)).expect("it is being told");
    // It is in the middle of a conversation that does not end; the store is free.
    let back = world.run(&["rollback", "prompts/greeting", "--lock-timeout", "5s"]);
    supervise.kill().unwrap();
    supervise.wait().unwrap();
    assert_eq!(back.code, 0, "{}", back.stderr);
}
