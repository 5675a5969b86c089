//! Any bytes as a PROXY header: reading what is asked for, and no more, comes to the same as reading all at once.

use protocol::proxy::{Progress, read};

pub fn judge(data: &[u8]) {
    let mut taken = 0;
    loop {
        match read(&data[..taken]) {
            Ok(Progress::Needs(more)) => {
                assert!(more > 0 && taken + more <= 552, "{taken} and {more}");
                if taken + more > data.len() {
                    return;
                }
                taken += more;
            }
            Ok(Progress::Whole(origin, length)) => {
                assert_eq!(length, taken);
                return assert_eq!(read(data), Ok(Progress::Whole(origin, length)));
            }
            Err(error) => return assert_eq!(read(data), Err(error)),
        }
    }
}
