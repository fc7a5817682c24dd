//! The bytes of the few vector instructions that programs are made of.
//!
//! Instructions have the VEX form where that can say it (it is shorter) and the EVEX form where not: for registers
//! above 15, for 512 bits, for constants that are broadcast from memory, and for masks. The formats are those of the
//! Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, sections 2.3 and 2.7.
//!
//! The address of a slot is the frame pointer (`rdi`) plus a displacement; constants are addressed relative to the
//! instruction pointer. Nothing here knows which register holds what.

/// How many numbers an instruction works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// One, in the low half of a 128-bit register.
    One,
    /// Four, in 256 bits.
    Four,
    /// Eight, in 512 bits.
    Eight,
}

impl Width {
    /// Numbers in a register.
    pub fn lanes(self) -> usize {
        match self {
            Width::One => 1,
            Width::Four => 4,
            Width::Eight => 8,
        }
    }

    /// The field `L'L` of an instruction on whole registers.
    fn length(self) -> u8 {
        match self {
            Width::One => 0,
            Width::Four => 1,
            Width::Eight => 2,
        }
    }
}

/// The last operand of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A vector register, or a mask register where the instruction takes one.
    Register(u8),
    /// The frame, at this displacement from its pointer.
    Frame(i32),
    /// The constant with this number.
    Constant(u32),
}

/// An instruction on 64-bit lanes, by its place in the opcode maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opcode {
    /// 1 for `0F`, 2 for `0F 38`, 3 for `0F 3A`.
    map: u8,
    /// Prefix (0 none, 1 for `66`, 2 for `F3`, 3 for `F2`) and opcode of the form that works on whole registers.
    packed: (u8, u8),
    /// The same of the form that works on one number, if there is one.
    scalar: Option<(u8, u8)>,
    /// Bit `W` of the VEX form. In the EVEX form it is always set, which says 64-bit lanes.
    vex_wide: bool,
    /// Whether there is an EVEX form only.
    evex_only: bool,
}

const fn arithmetic(code: u8) -> Opcode {
    Opcode { map: 1, packed: (1, code), scalar: Some((3, code)), vex_wide: false, evex_only: false }
}

const fn fused(code: u8) -> Opcode {
    Opcode { map: 2, packed: (1, code), scalar: Some((1, code + 1)), vex_wide: true, evex_only: false }
}

const fn whole(map: u8, code: u8) -> Opcode {
    Opcode { map, packed: (1, code), scalar: None, vex_wide: false, evex_only: false }
}

impl Opcode {
    pub const ADD: Opcode = arithmetic(0x58);
    pub const MULTIPLY: Opcode = arithmetic(0x59);
    pub const SUBTRACT: Opcode = arithmetic(0x5c);
    pub const MINIMUM: Opcode = arithmetic(0x5d);
    pub const DIVIDE: Opcode = arithmetic(0x5e);
    pub const MAXIMUM: Opcode = arithmetic(0x5f);
    pub const SQUARE_ROOT: Opcode = arithmetic(0x51);
    pub const LOAD: Opcode = arithmetic(0x10);
    pub const STORE: Opcode = arithmetic(0x11);
    /// Compares by the predicate in the immediate byte. Writes a mask register in the EVEX form, a vector register in
    /// the VEX form.
    pub const COMPARE: Opcode = arithmetic(0xc2);
    pub const ROUND: Opcode = Opcode { scalar: Some((1, 0x0b)), ..whole(3, 0x09) };
    pub const AND: Opcode = whole(1, 0x54);
    pub const AND_NOT: Opcode = whole(1, 0x55);
    pub const OR: Opcode = whole(1, 0x56);
    pub const EXCLUSIVE_OR: Opcode = whole(1, 0x57);
    pub const INTEGER_ADD: Opcode = whole(1, 0xd4);
    pub const INTEGER_SUBTRACT: Opcode = whole(1, 0xfb);
    /// Shifts by the immediate byte; [`SHIFT_LEFT`] or [`SHIFT_RIGHT`] stands for the target, which is in `second`.
    pub const SHIFT: Opcode = whole(1, 0x73);
    pub const MOVE: Opcode = whole(1, 0x28);
    /// `second` or, where the sign of the register in the immediate byte is set, the source. VEX form only.
    pub const BLEND_BY_SIGN: Opcode = whole(3, 0x4b);
    /// One number from memory to every lane.
    pub const BROADCAST: Opcode = whole(2, 0x19);
    /// `second` or, where the mask is set, the source.
    pub const BLEND_BY_MASK: Opcode = Opcode { evex_only: true, ..whole(2, 0x65) };
    /// The function of three bits (target 4, second 2, source 1) whose table is the immediate byte.
    pub const TERNARY_LOGIC: Opcode = Opcode { evex_only: true, ..whole(3, 0x25) };
    pub const MASK_TO_VECTOR: Opcode = Opcode { packed: (2, 0x38), evex_only: true, ..whole(2, 0x38) };
    /// `second * 2^source`
    pub const SCALE: Opcode = Opcode { evex_only: true, ..fused(0x2c) };
    /// `target = target * source + second`
    pub const MULTIPLY_ADD_132: Opcode = fused(0x98);
    /// `target = second * target + source`
    pub const MULTIPLY_ADD_213: Opcode = fused(0xa8);
    /// `target = second * source + target`
    pub const MULTIPLY_ADD_231: Opcode = fused(0xb8);

    /// From a fused multiply-add, the form that subtracts the addend.
    pub fn subtracting(self) -> Opcode {
        self.moved_by(2)
    }

    /// From a fused multiply-add, the form that negates the product.
    pub fn negating(self) -> Opcode {
        self.moved_by(4)
    }

    fn moved_by(self, by: u8) -> Opcode {
        let moved = |(prefix, code): (u8, u8)| (prefix, code + by);
        Opcode { packed: moved(self.packed), scalar: self.scalar.map(moved), ..self }
    }
}

/// In the place of the target of [`Opcode::SHIFT`].
pub const SHIFT_LEFT: u8 = 6;
/// In the place of the target of [`Opcode::SHIFT`].
pub const SHIFT_RIGHT: u8 = 2;

/// What an instruction may carry beside its registers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extra {
    pub immediate: Option<u8>,
    /// The mask register, 0 for none.
    pub mask: u8,
    /// Whether lanes outside of the mask become zero.
    pub zero: bool,
}

/// Machine code in the making.
#[derive(Debug)]
pub struct Encoder {
    pub width: Width,
    /// Whether the EVEX form may be used.
    pub evex: bool,
    pub bytes: Vec<u8>,
    /// Where a displacement to a constant is to be filled in, where the instruction ends, and which constant.
    constants: Vec<(usize, usize, u32)>,
}

impl Encoder {
    pub fn new(width: Width, evex: bool) -> Encoder {
        Encoder { width, evex, bytes: Vec::new(), constants: Vec::new() }
    }

    /// Whether a constant is stored once and broadcast where it is used; else once for each lane.
    pub fn broadcasts(&self) -> bool {
        self.evex || self.width == Width::One
    }

    /// Appends an instruction `target = opcode(second, source)`. An instruction that takes fewer registers has 0 for
    /// the others.
    pub fn emit(&mut self, opcode: Opcode, target: u8, second: u8, source: Source, extra: Extra) {
        let scalar = self.width == Width::One && opcode.scalar.is_some();
        let (prefix, code) = if scalar { opcode.scalar.unwrap_or(opcode.packed) } else { opcode.packed };
        let from_memory = !matches!(source, Source::Register(_));
        let high = |register: u8| register > 15;
        let broadcast = opcode != Opcode::BROADCAST
            && !scalar
            && (self.width == Width::One && from_memory || matches!(source, Source::Constant(_)) && self.broadcasts());
        let evex = self.evex
            && (self.width == Width::Eight
                || opcode.evex_only
                || opcode == Opcode::COMPARE
                || broadcast
                || extra.mask != 0
                || opcode == Opcode::SHIFT && from_memory
                || high(target)
                || high(second)
                || matches!(source, Source::Register(register) if high(register)));
        debug_assert!(evex || !broadcast, "the VEX form cannot broadcast");
        if evex {
            self.evex_prefix(opcode, prefix, scalar, broadcast, target, second, source, extra);
        } else {
            self.vex_prefix(opcode, prefix, target, second, source);
        }
        self.bytes.push(code);
        let unit = match (evex, scalar || broadcast || opcode == Opcode::BROADCAST) {
            (false, _) => 1,
            (true, true) => 8,
            (true, false) => 16 << self.width.length(),
        };
        self.address(target, source, unit);
        let displacement_end = self.bytes.len();
        self.bytes.extend(extra.immediate);
        if let Source::Constant(index) = source {
            self.constants.push((displacement_end - 4, self.bytes.len(), index));
        }
    }

    fn vex_prefix(&mut self, opcode: Opcode, prefix: u8, target: u8, second: u8, source: Source) {
        let far_source = matches!(source, Source::Register(register) if register > 7);
        let not_r = u8::from(target < 8) << 7;
        let tail = (!second & 15) << 3 | u8::from(self.width == Width::Four) << 2 | prefix;
        if opcode.map == 1 && !far_source && !opcode.vex_wide {
            self.bytes.extend([0xc5, not_r | tail]);
        } else {
            let not_b = u8::from(!far_source) << 5;
            self.bytes.extend([0xc4, not_r | 1 << 6 | not_b | opcode.map, u8::from(opcode.vex_wide) << 7 | tail]);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "each is a field of the prefix, and none has a meaning without it")]
    fn evex_prefix(
        &mut self,
        opcode: Opcode,
        prefix: u8,
        scalar: bool,
        broadcast: bool,
        target: u8,
        second: u8,
        source: Source,
        extra: Extra,
    ) {
        let source = if let Source::Register(register) = source { register } else { 0 };
        let clear = |register: u8, bit: u8| !register >> bit & 1;
        let length = if scalar { 0 } else { self.width.length() };
        self.bytes.extend([
            0x62,
            clear(target, 3) << 7 | clear(source, 4) << 6 | clear(source, 3) << 5 | clear(target, 4) << 4 | opcode.map,
            1 << 7 | (!second & 15) << 3 | 1 << 2 | prefix,
            u8::from(extra.zero) << 7 | length << 5 | u8::from(broadcast) << 4 | clear(second, 4) << 3 | extra.mask,
        ]);
    }

    /// The bytes that say where target and source are. A displacement of one byte counts in units.
    fn address(&mut self, target: u8, source: Source, unit: i32) {
        const FRAME_POINTER: u8 = 7;
        const INSTRUCTION_POINTER: u8 = 5;
        let target = (target & 7) << 3;
        match source {
            Source::Register(register) => self.bytes.push(0b11 << 6 | target | register & 7),
            Source::Frame(displacement) => match i8::try_from(displacement / unit) {
                Ok(short) if displacement % unit == 0 => {
                    self.bytes.extend([0b01 << 6 | target | FRAME_POINTER, short as u8]);
                }
                _ => {
                    self.bytes.push(0b10 << 6 | target | FRAME_POINTER);
                    self.bytes.extend(displacement.to_le_bytes());
                }
            },
            Source::Constant(_) => {
                self.bytes.push(target | INSTRUCTION_POINTER);
                self.bytes.extend([0; 4]);
            }
        }
    }

    /// Ends a program. The upper halves of wide registers are cleared, as the platform's conventions ask.
    pub fn end_program(&mut self) {
        if self.width != Width::One {
            self.bytes.extend([0xc5, 0xf8, 0x77]); // vzeroupper
        }
        self.bytes.push(0xc3); // ret
        self.bytes.resize(self.bytes.len().next_multiple_of(32), 0xcc); // int3
    }

    /// Puts the constants behind the code and fills in where they are.
    pub fn finish(mut self, constants: &[f64]) -> Vec<u8> {
        let copies = if self.broadcasts() { 1 } else { self.width.lanes() };
        self.bytes.resize(self.bytes.len().next_multiple_of(64), 0xcc);
        let pool = self.bytes.len();
        for constant in constants {
            for _ in 0..copies {
                self.bytes.extend(constant.to_bits().to_le_bytes());
            }
        }
        for (at, end, index) in self.constants {
            let displacement = (pool + index as usize * copies * 8 - end) as i32;
            self.bytes[at..at + 4].copy_from_slice(&displacement.to_le_bytes());
        }
        self.bytes
    }
}
