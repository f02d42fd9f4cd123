//! How far reading has come, for a person at a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// Datagrams from one look at the clock to the next.
const STRIDE: u32 = 256;

/// A bar on standard error, or none.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    /// Octets of the files that are done.
    done: u64,
    datagrams: u32,
}

impl Progress {
    pub(crate) const fn none() -> Self {
        Self {
            bar: None,
            done: 0,
            datagrams: 0,
        }
    }

    /// A bar over this number of octets; without a number, it shows how many were read.
    pub(crate) fn over(total: Option<u64>) -> Self {
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{bar:32} {percent:>3}% {decimal_bytes}/{decimal_total_bytes} \
                 {decimal_bytes_per_sec} {msg}",
            ),
            None => (
                ProgressBar::no_length(),
                "{spinner} {decimal_bytes} {decimal_bytes_per_sec} {msg}",
            ),
        };
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        Self {
            bar: Some(bar.with_style(style)),
            ..Self::none()
        }
    }

    /// Says how far the present file is.
    pub(crate) fn at(&mut self, octets: u64, flows: u64) {
        let Some(bar) = &self.bar else { return };
        self.datagrams = self.datagrams.wrapping_add(1);
        if self.datagrams % STRIDE == 0 {
            bar.set_message(format!("{flows} flows"));
            bar.set_position(self.done.saturating_add(octets));
        }
    }

    /// The present file is done.
    pub(crate) const fn file_done(&mut self, octets: u64) {
        self.done = self.done.saturating_add(octets);
    }

    /// Does something with the bar out of the way.
    pub(crate) fn aside(&self, act: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
