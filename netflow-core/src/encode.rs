//! Encoding: messages of every protocol from records.
//!
//! For relays, for load and for tests. A template is described once
//! ([`TemplateDefinition`]), a [`MessageBuilder`] writes messages of IPFIX and
//! NetFlow v9, a [`FixedBuilder`] those of v1 and v5 to v8, and
//! [`sflow::DatagramBuilder`] those of sFlow. A [`Relay`] forwards what a
//! [`Decoder`](crate::Decoder) read of any protocol as IPFIX.
//!
//! Additions are checked: one that does not fit, or whose values do not match their
//! fields, changes nothing and is an [`EncodeError`].
//!
//! ```
//! use netflow_core::element::iana;
//! use netflow_core::encode::{IpfixHeader, MessageBuilder, TemplateDefinition};
//! use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
//!
//! let template = TemplateDefinition::new(256)
//!     .field(iana::SOURCE_IPV4_ADDRESS.id, 4)
//!     .field(iana::OCTET_DELTA_COUNT.id, 8)
//!     .variable(iana::INTERFACE_NAME.id);
//! let mut message = MessageBuilder::new(IpfixHeader::default()
//!     .with_export_time(1_700_000_000)
//!     .with_sequence(0)
//!     .with_observation_domain(7));
//! message.template(&template)?;
//! message.record(&template, [[192, 0, 2, 1].into(), 1500_u64.into(), "eth0".into()])?;
//! let payload = message.finish();
//!
//! let mut decoder = Decoder::new(Limits::default());
//! let exporter = "198.51.100.1:4739".parse()?;
//! let received = Timestamp::from_secs(1_700_000_000);
//! let message = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
//! let flow = message.flows().next().unwrap();
//! assert_eq!(flow.source_address(), Some("192.0.2.1".parse()?));
//! assert_eq!(flow.octets(), Some(1500));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Allocation
//!
//! A builder owns one buffer that grows; [`MessageBuilder::with_buffer`] uses one
//! again, so that writing many messages allocates nothing.

#![expect(
    single_use_lifetimes,
    reason = "inside `impl Trait` a lifetime must have a name"
)]

mod buffer;
mod error;
mod field;
mod fixed;
mod list;
mod message;
mod relay;
pub mod sflow;
mod template;

pub use self::error::EncodeError;
pub use self::fixed::{FixedBuilder, FixedHeader};
pub use self::list::{SubTemplateMultiListBuilder, basic_list, sub_template_list};
pub use self::message::{IpfixHeader, MessageBuilder, NetflowV9Header, SetHeader};
pub use self::relay::{Relay, RelayLimits, RelayStats};
pub use self::template::TemplateDefinition;
