//! The type that `netflow_decoder` points to.

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicU64, Ordering};

use netflow_core::element::Definitions;
use netflow_core::{Datagram, Decoder};
use netflow_query::Filter;

use crate::decoding::Decoding;
use crate::flow::{Each, NumberLists, Selection};
use crate::options::{Settings, netflow_options};
use crate::reading::MessageReading;
use crate::result::{Failure, netflow_result};
use crate::text_buffer::TextBuffer;

/// A decoder of datagrams of any number of exporters, and the content of the last
/// datagram.
#[derive(Debug)]
pub struct netflow_decoder {
    state: RefCell<HandleState>,
    /// The error of the last call that failed.
    failure: Cell<Option<Failure>>,
    /// A panic was caught: the state may be inconsistent.
    lost: Cell<bool>,
}

/// What a handle owns.
#[derive(Debug)]
pub(crate) struct HandleState {
    pub(crate) decoded: Decoding,
    pub(crate) options: netflow_options,
    /// Elements that the caller defined; they never change.
    pub(crate) definitions: Definitions,
    /// Only flows that match it are returned.
    pub(crate) filter: Option<Filter>,
    /// The octets of lists of numbers in the flows that were returned.
    pub(crate) lists: NumberLists,
    /// The memory used while flows are passed to a callback, kept so that it is used again.
    pub(crate) each: Each,
    /// Flows are being passed to a callback.
    pub(crate) in_callback: bool,
    /// Increases whenever the message changes. Those of two decoders begin 2^40 apart.
    pub(crate) generation: u64,
    pub(crate) snapshot: Vec<u8>,
    /// The detail of a problem, and of an error.
    pub(crate) problem: TextBuffer,
    pub(crate) error: TextBuffer,
    /// The name of an sFlow member inside lists.
    pub(crate) name: TextBuffer,
}

/// Where a decoder begins to count its messages: 2^40 after the one before it, so that rows which were
/// written of one are never taken for those of another.
fn first_generation() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1 << 40, Ordering::Relaxed)
}

impl netflow_decoder {
    pub(crate) fn new(settings: Settings) -> Self {
        let Settings {
            decoder,
            options,
            definitions,
        } = settings;
        Self {
            state: RefCell::new(HandleState {
                decoded: Decoding::new(decoder),
                options,
                definitions,
                filter: None,
                lists: NumberLists::default(),
                each: Each::default(),
                in_callback: false,
                generation: first_generation(),
                snapshot: Vec::new(),
                problem: TextBuffer::default(),
                error: TextBuffer::default(),
                name: TextBuffer::default(),
            }),
            failure: Cell::new(None),
            lost: Cell::new(false),
        }
    }

    /// Uses the state. A call from a callback that is using the state gets an error, so that there is
    /// never a second reference to it.
    pub(crate) fn state<R>(
        &self,
        take: impl FnOnce(&mut HandleState) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        if self.lost.get() {
            return Err(Failure::Argument(
                netflow_result::NETFLOW_ERROR_INTERNAL,
                "the library was at fault before",
            ));
        }
        let busy = Failure::busy("the handle is in use");
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

impl HandleState {
    pub(crate) fn decode(&mut self, datagram: Datagram<'static>) -> Result<(), Failure> {
        self.renew();
        let selection = self.selection();
        self.decoded
            .decode(datagram, selection)
            .map_err(Failure::Datagram)
    }

    /// Which flows are returned.
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            split: self.options.splits_biflows(),
            discarded: self.options.with_discarded(),
            filter: self.filter.clone(),
        }
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
        let selection = self.selection();
        self.with(|reading, _| *reading = MessageReading::new(reading.message, selection))
    }

    /// Uses the message, and what of the state goes with it.
    pub(crate) fn with<R>(
        &mut self,
        take: impl for<'m> FnOnce(&mut MessageReading<'m>, &mut NumberLists) -> R,
    ) -> Result<R, Failure> {
        let lists = &mut self.lists;
        self.decoded
            .with(|reading| take(reading, lists))
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
