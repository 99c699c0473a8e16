//! When nothing goes forward in an environment, by the calendar.

use sternway::{
    api::WindowView,
    types::{FreezeWindow, FreezeWindows, WindowId, WindowsError},
};

use crate::render::{page::Page, style};

/// Which freeze windows are set, and which are taken away.
#[derive(Debug, clap::Args)]
pub(super) struct WindowArgs {
    /// When nothing goes forward there, once or again and again: `NAME: ZONE START [RULE] for LENGTH`. The
    /// start is the time on the wall, and the rule one of RFC 5545. In the place of the window of that name.
    #[arg(long, value_name = "WINDOW")]
    window: Vec<FreezeWindow>,

    /// Have no freeze window of this name any more. Only a person may.
    #[arg(long, value_name = "NAME")]
    no_window: Vec<WindowId>,
}

impl WindowArgs {
    pub(super) const fn is_typed(&self) -> bool {
        !self.window.is_empty() || !self.no_window.is_empty()
    }

    pub(super) fn change(&self, windows: &mut FreezeWindows) -> Result<(), WindowsError> {
        for name in &self.no_window {
            windows.remove(name)?;
        }
        self.window.iter().try_for_each(|window| windows.set(window.clone()))
    }
}

/// What the calendar says, a line for each window.
pub(super) fn lines(page: &mut Page, windows: &[WindowView]) {
    for WindowView { window, closes, opens, .. } in windows {
        let next = opens.map_or_else(String::new, |at| format!(", opens {at}"));
        match closes {
            Some(at) => {
                let open = style::paint(style::BAD, format_args!("frozen until {at}"));
                page.line(format_args!("  {open} by the window {window}"));
            }
            None => page.line(format_args!("  window {window}{next}")),
        }
    }
}
