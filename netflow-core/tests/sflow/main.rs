//! sFlow readers: good, cut at every length, of impossible lengths.

mod builder;
mod datagram;
mod flows;
mod structures;
mod typed;
mod verify;
