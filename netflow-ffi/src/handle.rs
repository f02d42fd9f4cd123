//! The type that `netflow_decoder` points to.

use core::cell::{Cell, RefCell};

use netflow_core::{Datagram, Decoded, Decoder, Problems};

use crate::decoding::Decoding;
use crate::flow::{Cursor, Each, Lists};
use crate::kept::Kept;
use crate::options::{Settings, netflow_options};
use crate::result::{Failure, netflow_result};
use crate::walk::Walk;

/// A decoder of datagrams of any number of exporters, and the content of the last
/// datagram.
#[derive(Debug)]
pub struct netflow_decoder {
    state: RefCell<State>,
    /// The error of the last call that failed.
    failure: Cell<Option<Failure>>,
    /// A panic was caught: nothing can be said of the state.
    lost: Cell<bool>,
}

/// What a handle owns.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) decoded: Decoding,
    pub(crate) options: netflow_options,
    /// The octets of lists of numbers in the flows that were returned.
    pub(crate) lists: Lists,
    /// The memory used while flows are passed to a callback, here so that its memory is used
    /// again.
    pub(crate) each: Each,
    /// Flows are being passed to a callback.
    pub(crate) in_callback: bool,
    /// Counts what makes the message another.
    pub(crate) generation: u64,
    pub(crate) snapshot: Vec<u8>,
    /// The detail of a problem, and of an error.
    pub(crate) problem: Kept,
    pub(crate) error: Kept,
    /// The name of an sFlow member inside lists.
    pub(crate) name: Kept,
}

/// The message of the last datagram, and how far it was read each way. Ways that are not taken cost
/// next to nothing: most programs take one.
#[derive(Debug)]
pub(crate) struct Taken<'m> {
    pub(crate) message: Decoded<'m>,
    /// The flows that were not passed to the caller's array yet.
    pub(crate) flows: Cursor<'m>,
    /// The flows that were not passed to the callback yet.
    pub(crate) each: Option<Box<Cursor<'m>>>,
    walk: Option<Box<Walk<'m>>>,
    problems: Option<Problems<'m>>,
}

impl<'m> Taken<'m> {
    #[inline]
    pub(crate) fn new(message: Decoded<'m>, split: bool, discarded: bool) -> Self {
        Self {
            flows: Cursor::new(&message, split, discarded),
            each: None,
            walk: None,
            problems: None,
            message,
        }
    }

    pub(crate) fn walk(&mut self) -> &mut Walk<'m> {
        self.walk
            .get_or_insert_with(|| Box::new(Walk::new(&self.message)))
    }

    /// Goes to the record that begins at this octet.
    pub(crate) fn find(&mut self, octet: *const u8) -> Option<crate::walk::netflow_record> {
        let message = self.message;
        self.walk().find(&message, octet)
    }

    pub(crate) fn problems(&mut self) -> &mut Problems<'m> {
        self.problems.get_or_insert_with(|| self.message.problems())
    }
}

impl netflow_decoder {
    pub(crate) fn new(settings: Settings) -> Self {
        let Settings { decoder, options } = settings;
        Self {
            state: RefCell::new(State {
                decoded: Decoding::new(decoder),
                options,
                lists: Lists::default(),
                each: Each::default(),
                in_callback: false,
                generation: 0,
                snapshot: Vec::new(),
                problem: Kept::default(),
                error: Kept::default(),
                name: Kept::default(),
            }),
            failure: Cell::new(None),
            lost: Cell::new(false),
        }
    }

    /// Uses the state. Whoever calls from a callback that the state is lent to gets an error, not
    /// a second way to it.
    pub(crate) fn state<R>(
        &self,
        take: impl FnOnce(&mut State) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        if self.lost.get() {
            return Err(Failure::Argument(
                netflow_result::NETFLOW_ERROR_INTERNAL,
                "the library was at fault before",
            ));
        }
        let busy = Failure::Argument(netflow_result::NETFLOW_ERROR_BUSY, "the handle is in use");
        let mut state = self.state.try_borrow_mut().map_err(|_| busy)?;
        take(&mut state)
    }

    /// Remembers the result of a call.
    pub(crate) fn fail(&self, failure: Failure) -> netflow_result {
        self.failure.set(Some(failure));
        failure.result()
    }

    /// The error of the last call that failed.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure.get()
    }

    /// A panic was caught in a call.
    pub(crate) fn lose(&self) {
        self.lost.set(true);
    }
}

impl State {
    pub(crate) fn decode(&mut self, datagram: Datagram<'static>) -> Result<(), Failure> {
        self.renew();
        let (split, discarded) = (self.options.splits_biflows(), self.options.with_discarded());
        self.decoded
            .decode(datagram, split, discarded)
            .map_err(Failure::Datagram)
    }

    /// Ends the message: its octets may be the caller's again.
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        self.renew();
        self.decoded.end();
        Ok(())
    }

    /// The decoder, to change; the message is gone.
    pub(crate) fn change(&mut self) -> &mut Decoder {
        self.renew();
        self.decoded.change()
    }

    /// Starts all ways through the message again.
    pub(crate) fn rewind(&mut self) -> Result<(), Failure> {
        self.renew();
        let (split, discarded) = (self.options.splits_biflows(), self.options.with_discarded());
        self.with(|taken, _| *taken = Taken::new(taken.message, split, discarded))
    }

    /// Uses the message, and what of the state goes with it.
    pub(crate) fn with<R>(
        &mut self,
        take: impl for<'m> FnOnce(&mut Taken<'m>, &mut Lists) -> R,
    ) -> Result<R, Failure> {
        let lists = &mut self.lists;
        self.decoded
            .with(|taken| take(taken, lists))
            .ok_or(Failure::Argument(
                netflow_result::NETFLOW_ERROR_NO_MESSAGE,
                "nothing is decoded",
            ))
    }

    /// What was returned of the message is no longer valid.
    fn renew(&mut self) {
        self.lists.clear();
        self.generation = self.generation.wrapping_add(1);
    }
}
