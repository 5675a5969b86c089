//! What waits to be sent. It is lent to the driver as one slice, so that a batch of replies is one write.

/// Send rather than let more than this wait.
const FULL: usize = 16 << 10;
/// Give back what a burst needed.
const IDLE_CAPACITY: usize = 4 << 10;

#[derive(Debug, Default)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    /// The driver has it; by its next call it is sent.
    lent: bool,
}

impl Output {
    /// Where to write more.
    pub(crate) fn more(&mut self) -> &mut Vec<u8> {
        if std::mem::take(&mut self.lent) {
            self.bytes.clear();
            self.bytes.shrink_to(IDLE_CAPACITY);
        }
        &mut self.bytes
    }

    pub(crate) fn is_waiting(&self) -> bool {
        !self.lent && !self.bytes.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        !self.lent && self.bytes.len() >= FULL
    }

    pub(crate) fn lend(&mut self) -> &[u8] {
        self.lent = true;
        &self.bytes
    }

    /// Drops what waits.
    pub(crate) fn forget(&mut self) {
        self.bytes.clear();
        self.lent = false;
    }
}
