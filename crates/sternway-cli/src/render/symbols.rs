//! Symbols, and what stands for them where only ASCII is sure to be shown.

use std::env;

/// The symbols of one kind of terminal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Symbols {
    /// What is live.
    pub(crate) live: &'static str,
    /// What waits to be promoted.
    pub(crate) staged: &'static str,
    /// What is older.
    pub(crate) old: &'static str,
    /// What is condemned.
    pub(crate) condemned: &'static str,
    /// What a person must look at.
    pub(crate) warning: &'static str,
    /// From one to another.
    pub(crate) arrow: &'static str,
    /// Between two facts.
    pub(crate) dot: &'static str,
    /// What was left out.
    pub(crate) more: &'static str,
    /// Before a number that is less.
    pub(crate) minus: &'static str,
    /// Between two columns of text.
    pub(crate) bar: &'static str,
}

const UNICODE: Symbols = Symbols {
    live: "●",
    staged: "◐",
    old: "○",
    condemned: "✖",
    warning: "⚠",
    arrow: "→",
    dot: "·",
    more: "…",
    minus: "−",
    bar: "│",
};

const ASCII: Symbols = Symbols {
    live: "*",
    staged: "~",
    old: "-",
    condemned: "x",
    warning: "!",
    arrow: "->",
    dot: "-",
    more: "...",
    minus: "-",
    bar: "|",
};

impl Symbols {
    /// Those that the locale can show. Where nobody says, it is the C locale, as POSIX has it.
    pub(crate) fn of_locale() -> &'static Self {
        let set = |name: &&str| env::var(name).ok().filter(|locale| !locale.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set);
        Self::of(locale.as_deref())
    }

    fn of(locale: Option<&str>) -> &'static Self {
        let unicode = locale.map_or(cfg!(windows), |locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        if unicode { &UNICODE } else { &ASCII }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides() {
        assert_eq!(Symbols::of(Some("de_DE.UTF-8")), &UNICODE);
        assert_eq!(Symbols::of(Some("C.utf8")), &UNICODE);
        assert_eq!(Symbols::of(Some("C")), &ASCII);
        assert_eq!(Symbols::of(Some("POSIX")), &ASCII);
        assert_eq!(Symbols::of(None).live, if cfg!(windows) { "●" } else { "*" });
    }
}
