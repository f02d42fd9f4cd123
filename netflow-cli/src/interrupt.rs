//! Ctrl-C and SIGTERM end the input: what was decoded until then is written. A second signal ends
//! the process at once.

#[cfg(unix)]
pub(crate) use self::unix::{Interrupt, SecondSignal};

#[cfg(not(unix))]
pub(crate) use self::other::Interrupt;

/// SIGINT and SIGTERM, caught for as long as this lives.
#[cfg(unix)]
mod unix {
    use alloc::sync::Arc;
    use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::fs::File;
    use std::io::{self, Read};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::path::Path;

    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::{SigId, flag, low_level};

    use crate::status::Status;

    /// Milliseconds until a growing file is looked at again.
    const LOOK_AGAIN: u16 = 200;

    #[derive(Debug)]
    pub(crate) struct Interrupt {
        /// The last signal; 0 if there was none.
        caught: Arc<AtomicUsize>,
        /// Readable as soon as a signal is caught, so that a reader that waits notices.
        wake: UnixStream,
        registered: Vec<SigId>,
        _second: SecondSignal,
    }

    impl Interrupt {
        /// Catches both signals from now on.
        pub(crate) fn catch() -> io::Result<Self> {
            let (wake, notify) = UnixStream::pair()?;
            let mut interrupt = Self {
                caught: Arc::default(),
                wake,
                registered: Vec::new(),
                _second: SecondSignal::catch()?,
            };
            for signal in [SIGINT, SIGTERM] {
                let registered = [
                    flag::register_usize(
                        signal,
                        Arc::clone(&interrupt.caught),
                        usize::try_from(signal).unwrap_or_default(),
                    )?,
                    low_level::pipe::register(signal, notify.try_clone()?)?,
                ];
                interrupt.registered.extend(registered);
            }
            Ok(interrupt)
        }

        /// How the command ends because of a signal, if there was one.
        pub(crate) fn status(&self) -> Option<Status> {
            let caught = self.caught.load(Ordering::Relaxed);
            match i32::try_from(caught) {
                Ok(SIGINT) => Some(Status::Interrupted),
                Ok(SIGTERM) => Some(Status::Terminated),
                _ => None,
            }
        }

        /// A file that is still being written; it ends when a signal is caught.
        pub(crate) fn growing(&self, path: &Path) -> io::Result<impl Read + Send + 'static> {
            Ok(Growing {
                input: File::open(path)?,
                wake: self.wake.try_clone()?,
            })
        }

        /// Standard input, which ends when a signal is caught.
        pub(crate) fn stdin(&self) -> io::Result<impl Read + Send + 'static> {
            Ok(UntilSignal {
                input: File::from(io::stdin().as_fd().try_clone_to_owned()?),
                wake: self.wake.try_clone()?,
            })
        }
    }

    impl Drop for Interrupt {
        fn drop(&mut self) {
            for id in self.registered.drain(..) {
                low_level::unregister(id);
            }
        }
    }

    /// The second SIGINT or SIGTERM ends the process at once, for as long as this lives.
    #[derive(Debug)]
    pub(crate) struct SecondSignal {
        registered: Vec<SigId>,
    }

    impl SecondSignal {
        pub(crate) fn catch() -> io::Result<Self> {
            let mut second = Self {
                registered: Vec::new(),
            };
            let is_second = Arc::new(AtomicBool::new(false));
            for signal in [SIGINT, SIGTERM] {
                let status = 128 + signal;
                // The order is that in which a signal runs them: the first finds `is_second` unset.
                let registered = [
                    flag::register_conditional_shutdown(signal, status, Arc::clone(&is_second))?,
                    flag::register(signal, Arc::clone(&is_second))?,
                ];
                second.registered.extend(registered);
            }
            Ok(second)
        }
    }

    impl Drop for SecondSignal {
        fn drop(&mut self) {
            for id in self.registered.drain(..) {
                low_level::unregister(id);
            }
        }
    }

    /// An input that ends when a signal is caught.
    struct UntilSignal {
        input: File,
        wake: UnixStream,
    }

    /// A file that more is appended to.
    struct Growing {
        input: File,
        wake: UnixStream,
    }

    impl Read for Growing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            loop {
                let len = self.input.read(buffer)?;
                if len > 0 {
                    return Ok(len);
                }
                let mut watched = [PollFd::new(self.wake.as_fd(), PollFlags::POLLIN)];
                match poll(&mut watched, LOOK_AGAIN) {
                    Ok(0) | Err(Errno::EINTR) => {}
                    Ok(_) => return Ok(0),
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }

    impl Read for UntilSignal {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let mut watched = [
                PollFd::new(self.input.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.wake.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut watched, PollTimeout::NONE) {
                Ok(_) => {}
                Err(Errno::EINTR) => return Err(io::ErrorKind::Interrupted.into()),
                Err(error) => return Err(error.into()),
            }
            if watched[1].any().unwrap_or_default() {
                return Ok(0);
            }
            self.input.read(buffer)
        }
    }
}

/// Where there are no such signals, nothing is caught.
#[cfg(not(unix))]
mod other {
    use std::io::{self, Read};
    use std::path::Path;

    use crate::status::Status;

    #[derive(Debug)]
    pub(crate) struct Interrupt;

    /// A file that more is appended to.
    struct Growing(std::fs::File);

    impl Read for Growing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            loop {
                match self.0.read(buffer)? {
                    0 => std::thread::sleep(core::time::Duration::from_millis(200)),
                    len => return Ok(len),
                }
            }
        }
    }

    impl Interrupt {
        pub(crate) fn catch() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) fn status(&self) -> Option<Status> {
            None
        }

        pub(crate) fn stdin(&self) -> io::Result<impl Read + Send + 'static> {
            Ok(io::stdin())
        }

        pub(crate) fn growing(&self, path: &Path) -> io::Result<impl Read + Send + 'static> {
            Ok(Growing(std::fs::File::open(path)?))
        }
    }
}
