//! The builder in a library without Arrow: it cannot be created.

use core::convert::Infallible;

use netflow_core::Decoded;
use netflow_query::Filter;

use super::netflow_arrow_options;
use crate::options::netflow_options;
use crate::result::{Failure, netflow_result};

/// There is none.
#[derive(Debug)]
pub(crate) struct Builder(Infallible);

impl Builder {
    pub(crate) const fn new(
        _: &netflow_options,
        _: Option<&Filter>,
        _: netflow_arrow_options,
    ) -> Result<Self, Failure> {
        Err(Failure::Argument(
            netflow_result::NETFLOW_ERROR_UNSUPPORTED,
            "the library was built without the feature `arrow`",
        ))
    }

    pub(crate) const fn append(&mut self, _: &Decoded<'_>) -> Result<usize, Failure> {
        match self.0 {}
    }

    pub(crate) const fn finish(&mut self) -> Result<Option<Infallible>, Failure> {
        match self.0 {}
    }

    pub(crate) const fn schema(&self) -> Result<Infallible, Failure> {
        match self.0 {}
    }
}
