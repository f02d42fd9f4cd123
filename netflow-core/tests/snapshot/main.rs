//! The state of a Decoder, saved and loaded.

#[expect(
    dead_code,
    reason = "the messages of the decoder's own tests, of which some serve here"
)]
#[path = "../decoder/builder.rs"]
mod builder;
#[path = "../support/captured.rs"]
mod captured;
mod captures;
mod damage;
mod limits;
mod merge;
mod octets;
mod round_trip;
mod world;
