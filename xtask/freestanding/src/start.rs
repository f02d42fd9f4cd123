//! Where the program begins and ends, and the functions on memory.
#![expect(unsafe_code, reason = "without a C library this is assembly")]

use core::arch::global_asm;

// SAFETY: it takes nothing, returns nothing, and does not come back.
unsafe extern "C" {
    /// Exits with the status 101.
    pub(crate) safe fn fail() -> !;
}

// The kernel starts the program at `_start`, with a stack that calls need aligned.
global_asm!(
    ".globl _start, fail, rust_eh_personality",
    "_start:",
    "and rsp, -16",
    "call {main}",
    "movzx edi, al",
    "jmp 2f",
    "fail:",
    "mov edi, 101",
    "2:",
    "mov eax, 60", // exit
    "syscall",
    // Named by the tables of the core library for unwinding, which never happens.
    "rust_eh_personality:",
    "ud2",
    main = sym crate::main,
);

// What compilers call for copies and comparisons: octet by octet is enough here.
global_asm!(
    ".globl memcpy, memmove, memset, memcmp, bcmp",
    "memmove:",
    "mov rax, rdi",
    "sub rax, rsi",
    "cmp rax, rdx",
    "jae memcpy", // no octet is overwritten before it is read
    "mov rax, rdi",
    "mov rcx, rdx",
    "lea rdi, [rdi + rdx - 1]",
    "lea rsi, [rsi + rdx - 1]",
    "std",
    "rep movsb",
    "cld",
    "ret",
    "memcpy:",
    "mov rax, rdi",
    "mov rcx, rdx",
    "rep movsb",
    "ret",
    "memset:",
    "mov r8, rdi",
    "mov eax, esi",
    "mov rcx, rdx",
    "rep stosb",
    "mov rax, r8",
    "ret",
    "memcmp:",
    "bcmp:",
    "xor ecx, ecx",
    "3:",
    "cmp rcx, rdx",
    "je 4f",
    "movzx eax, byte ptr [rdi + rcx]",
    "movzx r8d, byte ptr [rsi + rcx]",
    "inc rcx",
    "sub eax, r8d",
    "je 3b",
    "ret",
    "4:",
    "xor eax, eax",
    "ret",
);
