//! Where flow-export datagrams come from.
