//! A decoder, and the message of the last datagram, which borrows it.

use core::ptr::NonNull;

use netflow_core::{Datagram, Decoder, Error};

use crate::flow::Selection;
use crate::reading::MessageReading;

/// A decoder and the message of the last datagram.
///
/// The message borrows the decoder, which no Rust struct can express. So the decoder is owned by a
/// raw pointer, and nothing changes it while there is a message.
#[derive(Debug)]
pub(crate) struct Decoding {
    /// From `Box::into_raw`, and only freed by `drop`.
    decoder: NonNull<Decoder>,
    /// Borrows the decoder.
    reading: Option<MessageReading<'static>>,
}

impl Decoding {
    pub(crate) fn new(decoder: Decoder) -> Self {
        Self {
            decoder: NonNull::from(Box::leak(Box::new(decoder))),
            reading: None,
        }
    }

    /// The decoder, to read.
    pub(crate) fn decoder(&self) -> &Decoder {
        // SAFETY: it lives as long as `self`, and only `change` borrows it mutably, by `&mut self`.
        unsafe { self.decoder.as_ref() }
    }

    /// Drops the message.
    pub(crate) fn end(&mut self) {
        self.reading = None;
    }

    /// The decoder, to change; the message is gone.
    pub(crate) fn change(&mut self) -> &mut Decoder {
        self.end();
        // SAFETY: it lives as long as `self`; what borrowed it is gone, and nobody else can borrow
        // it while `self` is borrowed.
        unsafe { self.decoder.as_mut() }
    }

    /// Decodes a datagram. Its octets have to stay as they are until the message is gone, which
    /// the caller that passed them as `'static` has promised.
    pub(crate) fn decode(
        &mut self,
        datagram: Datagram<'static>,
        selection: Selection,
    ) -> Result<(), Error> {
        self.end();
        // SAFETY: it lives until `self` is dropped, and the message before it; what borrowed it is
        // gone, and only `change` borrows it mutably, which drops the message first.
        let decoder: &'static mut Decoder = unsafe { self.decoder.as_mut() };
        let message = decoder.decode(datagram)?;
        self.reading = Some(MessageReading::new(message, selection));
        Ok(())
    }

    /// Uses the message; `None` if there is none. What is passed to `take` lives no longer than
    /// the call.
    pub(crate) fn with<R>(
        &mut self,
        take: impl for<'m> FnOnce(&mut MessageReading<'m>) -> R,
    ) -> Option<R> {
        self.reading.as_mut().map(take)
    }
}

impl Drop for Decoding {
    fn drop(&mut self) {
        self.end();
        // SAFETY: the pointer is from a `Box`, nothing borrows it any more, and this is done once.
        drop(unsafe { Box::from_raw(self.decoder.as_ptr()) });
    }
}

/// A handle may move from one thread to another; its raw pointer keeps the compiler from checking that.
const fn moves_between_threads<T: Send>() {}
const _: () = {
    moves_between_threads::<Decoder>();
    moves_between_threads::<netflow_core::Decoded<'static>>();
};
