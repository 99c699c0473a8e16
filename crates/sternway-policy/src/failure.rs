//! What went wrong, read from the standard error of a program.
//!
//! A class is taken only from where a runtime prints it, never from a text that mentions one:
//! `ValueError: doc mentions TypeError` is a `ValueError`.
//!
//! | runtime | report | class |
//! |---|---|---|
//! | Python | the line that ends a traceback or a syntax error | of the last traceback: the outermost exception, or the group |
//! | Node.js | the line after the source line and its `^`, or above stack frames | of the outermost error; none for a thrown value that is no error |
//! | Java | `Exception in thread "…"`, `Caused by:`, the line above stack frames | of the last `Caused by:`: the root cause |
//! | Rust | `thread '…' panicked at` | `panic` |
//! | others | a line `Error: …` | `Error` |
//!
//! A class loses what stands before its last dot (`json.decoder.JSONDecodeError`,
//! `java.lang.NoSuchMethodError`), so that one list of names serves all. An error code goes into
//! the message (`[ERR_MODULE_NOT_FOUND] …`). Of several reports the last one counts, and `Error: …`
//! only where there is none. Without any, the last line is the message.
//!
//! Limits: only the last 64 KiB are read. A message is the first line of what the runtime printed.
//! Standard error is the program's own word: one that prints a false traceback is believed.

use std::{iter::Peekable, str::Chars};

use sternway_types::Failure;

/// How much of the end of a standard error is read, in bytes.
const WINDOW: usize = 64 * 1024;

/// The longest message, in characters.
const MAX_MESSAGE: usize = 1_000;

/// The longest class, in bytes. What is longer is no class.
const MAX_CLASS: usize = 200;

/// How many lines of a message may stand between its first line and the stack frames below.
const MAX_BETWEEN: usize = 30;

/// What a report says: the class of the error, if what was printed has that structure, and the
/// first line of the message.
#[derive(Clone, Debug)]
struct Found {
    class: Option<String>,
    message: String,
}

impl Found {
    fn new(class: Option<&str>, message: &str) -> Self {
        // The only control character that is still there is the tab.
        let message = message.trim().replace('\t', " ").chars().take(MAX_MESSAGE).collect();
        Self { class: class.map(Into::into), message }
    }
}

/// Reads the error class and message from a standard error; nothing if it has no text.
#[must_use]
pub fn classify(stderr: &str) -> Option<Failure> {
    let mut reader = Reader::default();
    for line in window(stderr).split('\n') {
        reader.read(clean(line).trim_end());
    }
    let found = reader.report.or(reader.plain).or(reader.last)?;
    // A class of what is printed always makes one of ours; if it did not, the message still counts.
    let class = found.class.and_then(|class| class.parse().ok());
    Some(Failure::new(class, &found.message))
}

/// The last lines that fit, or the end of the last line if that alone is too long.
fn window(stderr: &str) -> &str {
    // One byte more, for the line end before a line that begins at the cut.
    let Some(cut) = stderr.len().checked_sub(WINDOW + 1) else { return stderr };
    let window = stderr.get(stderr.ceil_char_boundary(cut)..).unwrap_or_default();
    let whole = window.split_once('\n').map(|(_, lines)| lines);
    whole.filter(|lines| !lines.trim().is_empty()).unwrap_or(window)
}

/// What a terminal would show of a line, with the tabs that tell stack frames apart.
fn clean(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let shown = line.rsplit_once('\r').map_or(line, |(_, shown)| shown);
    let (mut chars, mut cleaned) = (shown.chars().peekable(), String::new());
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            _ if c.is_control() && c != '\t' => (),
            _ => cleaned.push(c),
        }
    }
    cleaned
}

fn skip_escape(chars: &mut Peekable<Chars<'_>>) {
    match chars.next() {
        Some('[') => {
            while chars.next_if(|c| (' '..='?').contains(c)).is_some() {}
            chars.next_if(|c| ('@'..='~').contains(c));
        }
        // A title or a link: a text up to a bell, or to an escaped backslash.
        Some(']') => {
            if chars.any(|c| matches!(c, '\u{7}' | '\u{1b}')) {
                chars.next_if_eq(&'\\');
            }
        }
        Some(' '..='/') => drop(chars.next()),
        Some(_) | None => (),
    }
}

/// Reads a standard error line by line.
#[derive(Debug, Default)]
struct Reader {
    /// The last report of a runtime.
    report: Option<Found>,
    /// The last line `Error: …`.
    plain: Option<Found>,
    /// The last line that has something to say.
    last: Option<Found>,
    within: Within,
    /// A line that is a report if stack frames follow, and how many lines ago it was.
    head: Option<(Found, usize)>,
    /// Whether the last line, and the one before it, ended in a line number.
    located: (bool, bool),
}

/// What the lines before are part of.
#[derive(Debug, Default)]
enum Within {
    #[default]
    Log,
    /// A Python traceback, before the line that names the exception.
    Traceback,
    /// A Rust panic, before its message.
    Panic,
    /// A Node.js report, after the source line and its `^`.
    Caret,
    /// The same, after the empty line that an error has and another thrown value has not.
    Raised,
    /// The rest of a report. What looks like an error here belongs to its message.
    Message,
}

impl Reader {
    fn read(&mut self, line: &str) {
        let marks = !line.is_empty() && line.trim_start_matches([' ', '\t', '^', '~']).is_empty();
        let caret = self.located.1 && marks;
        let numbered = line.rsplit_once(':').is_some_and(|(_, it)| it.parse::<u32>().is_ok());
        self.located = (numbered, self.located.0);
        let noise = is_frame(line) || line.starts_with("Node.js v");
        if !line.is_empty() && (self.last.is_none() || !noise) {
            self.last = Some(Found::new(None, line));
        }
        if self.opens(line) {
            return;
        }
        match self.within {
            Within::Traceback => self.read_traceback(line),
            Within::Panic => self.report(Found::new(Some("panic"), line)),
            Within::Caret if line.is_empty() => self.within = Within::Raised,
            Within::Caret => self.report(Found::new(None, line)),
            Within::Raised if line.is_empty() => (),
            Within::Raised => self.read_raised(line),
            Within::Log | Within::Message if is_frame(line) => self.read_frame(),
            Within::Log if caret => self.within = Within::Caret,
            Within::Log => self.read_log(line),
            Within::Message => (),
        }
    }

    fn report(&mut self, failure: Found) {
        self.report = Some(failure);
        self.head = None;
        self.within = Within::Message;
    }

    /// Whether a report begins here, whatever came before.
    fn opens(&mut self, line: &str) -> bool {
        if is_traceback(line) {
            self.within = Within::Traceback;
        } else if let Some(place) = panic(line) {
            match place.strip_prefix('\'').map(|it| it.rsplit_once("', ").map_or(it, |it| it.0)) {
                Some(message) => self.report(Found::new(Some("panic"), message)),
                None => self.within = Within::Panic,
            }
        } else if let Some(exception) = java(line) {
            self.report(exception.failure());
        } else {
            return false;
        }
        true
    }

    fn read_traceback(&mut self, line: &str) {
        // The frames of an exception group have a bar in front.
        let line = line.strip_prefix("  | ").unwrap_or(line);
        if !line.is_empty() && !line.starts_with([' ', '\t']) {
            self.within = Within::Log;
            Exception::parse(line).into_iter().for_each(|it| self.report(it.failure()));
        }
    }

    fn read_raised(&mut self, line: &str) {
        // An error without a stack is printed in brackets.
        let bare = line.strip_prefix('[').map(|line| line.trim_end_matches([']', ' ', '{']));
        let exception = Exception::parse(bare.unwrap_or(line));
        self.report(exception.map_or_else(|| Found::new(None, line), |it| it.failure()));
    }

    fn read_frame(&mut self) {
        let head = self.head.take().filter(|(_, lines)| *lines <= MAX_BETWEEN);
        self.report = head.map(|(failure, _)| failure).or(self.report.take());
        self.within = Within::Log;
    }

    fn read_log(&mut self, line: &str) {
        self.head = self.head.take().map(|(failure, lines)| (failure, lines + 1));
        if line.is_empty() || line.starts_with([' ', '\t']) {
            return;
        }
        if let Some(message) = line.strip_prefix("Error: ") {
            self.plain = Some(Found::new(Some("Error"), message));
        }
        if let Some(exception) = Exception::parse(uncaught(line)).filter(Exception::is_distinct) {
            self.head = Some((exception.failure(), 0));
        } else if line.contains("Error: ") || line.contains("Exception: ") {
            // The frames that follow are those of the error this line quotes.
            self.head = None;
        }
    }
}

/// A line `package.Class [code]: message`, of which only the class is required.
struct Exception<'a> {
    path: &'a str,
    class: &'a str,
    code: Option<&'a str>,
    message: &'a str,
}

impl<'a> Exception<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let outside = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '$' | '<' | '>');
        let (path, rest) = line.split_at_checked(line.find(outside).unwrap_or(line.len()))?;
        let class = path.rsplit('.').next()?;
        let named = class.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if !named || path.len() > MAX_CLASS || path.split('.').any(str::is_empty) {
            return None;
        }
        let coded = rest.strip_prefix(" [").and_then(|rest| rest.split_once(']'));
        let (code, rest) = coded.map_or((None, rest), |(code, rest)| (Some(code), rest));
        let message = match rest {
            "" | ":" => "",
            _ => rest.strip_prefix(": ")?,
        };
        Some(Self { path, class, code, message })
    }

    /// Whether the class is one beyond doubt, where only the stack frames below say so.
    fn is_distinct(&self) -> bool {
        self.class.ends_with("Error")
            || self.class.ends_with("Exception")
            || self.code.is_some()
            || (self.path != self.class && self.class.starts_with(char::is_uppercase))
    }

    fn failure(&self) -> Found {
        match self.code {
            // `Bad [Error]: …` is how Node.js names the parent of a class, which is no code.
            None | Some("Error") => Found::new(Some(self.class), self.message),
            Some(code) => Found::new(Some(self.class), &format!("[{code}] {}", self.message)),
        }
    }
}

/// Where a Rust thread panicked; up to Rust 1.72 the quoted message comes before.
fn panic(line: &str) -> Option<&str> {
    Some(line.strip_prefix("thread '")?.split_once(" panicked at ")?.1)
}

fn java(line: &str) -> Option<Exception<'_>> {
    let thread = line.strip_prefix("Exception in thread \"").and_then(|it| it.split_once("\" "));
    let cause = line.strip_prefix("Caused by: ").and_then(Exception::parse);
    thread.and_then(|it| Exception::parse(it.1)).or(cause.filter(Exception::is_distinct))
}

/// Whether a Python traceback begins or goes on here. A syntax error has no other first line.
fn is_traceback(line: &str) -> bool {
    line == "Traceback (most recent call last):"
        || line == "  + Exception Group Traceback (most recent call last):"
        || (line.starts_with("  File \"") && line.contains("\", line "))
}

/// Takes away what browsers and Deno print in front of an error that nobody caught.
fn uncaught(line: &str) -> &str {
    ["error: ", "Uncaught ", "(in promise) "]
        .into_iter()
        .fold(line, |line, prefix| line.strip_prefix(prefix).unwrap_or(line))
}

/// A stack frame of Node.js or Java.
fn is_frame(line: &str) -> bool {
    let frame = line.trim_start();
    frame.len() < line.len() && frame.starts_with("at ") && frame.contains(['(', ':', '<'])
}
