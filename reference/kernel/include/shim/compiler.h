/* SPDX-License-Identifier: GPL-2.0-only */
/* Declared again: what kernel code expects of the compiler's header. */
#ifndef SHIM_COMPILER_H
#define SHIM_COMPILER_H

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ __volatile__("" ::: "memory")
#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __noreturn __attribute__((__noreturn__))
#define __must_check __attribute__((__warn_unused_result__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __packed __attribute__((__packed__))
#define __aligned(bytes) __attribute__((__aligned__(bytes)))
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#define __malloc __attribute__((__malloc__))
#define __cleanup(function) __attribute__((__cleanup__(function)))
#define __pure __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define fallthrough __attribute__((__fallthrough__))
#define __counted_by(member)
#define __deprecated
#define __weak __attribute__((__weak__))
#define __compiletime_error(message) __attribute__((__error__(message)))
#define __compiletime_warning(message) __attribute__((__warning__(message)))
#define __native_word(x) (sizeof(x) <= sizeof(long))
#define __init
#define __exit
#define __initdata
#define __read_mostly
#define __ro_after_init
#define __user
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __bitwise
#define __nocast
#define __private
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __cond_acquires(...)
#define __diag_push()
#define __diag_pop()
#define __diag_ignore_all(...)
#define __no_context_analysis
#define __context_unsafe(...)
#define context_unsafe(...) (__VA_ARGS__)
#define __guarded_by(...)
#define __pt_guarded_by(...)
#define typeof __typeof__
/* As C23 has it. */
#define auto __auto_type
#define asm __asm__
#define ___PASTE_(a, b) a##b
#define __PASTE(a, b) ___PASTE_(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(shim_, prefix), __COUNTER__)
#define static_assert(condition, ...) _Static_assert(condition, #condition)
#define compiletime_assert(condition, message) ((void)0)
#define statically_true(x) (__builtin_constant_p(x) && (x))
#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
/* 0 and a type as (void *) decide what the conditional's type is: an old puzzle of C. */
#define __is_constexpr(x) (sizeof(int) == sizeof(*(8 ? ((void *)((long)(x) * 0l)) : (int *)8)))
#define __must_be_array(a) 0
#define typecheck(type, x) 1
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define __unqual_scalar_typeof(x) typeof((typeof(x))(x))
#define is_signed_type(type) (((type)(-1)) < (type)1)
#define is_unsigned_type(type) (!is_signed_type(type))
#define READ_ONCE_NOCHECK(x) READ_ONCE(x)
#define data_race(expression) (expression)
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#define USHRT_MAX 0xffffu
#define SHRT_MAX 0x7fff
#define INT_MAX __INT_MAX__
#define UINT_MAX (~0u)
#define LONG_MAX __LONG_MAX__
#define ULONG_MAX (~0ul)
#define LLONG_MAX __LONG_LONG_MAX__
#define ULLONG_MAX (~0ull)
#define U8_MAX ((u8)~0u)
#define U16_MAX ((u16)~0u)
#define U32_MAX ((u32)~0u)
#define S32_MAX __INT_MAX__
#define U64_MAX ((u64)~0ull)
#define SIZE_MAX (~(size_t)0)
#define PHYS_ADDR_MAX (~(phys_addr_t)0)

#define __no_kcsan
#define __no_sanitize_address
#define __no_kasan_or_inline inline

/* Modules, which there are none of here. */
#define EXPORT_SYMBOL(...)
#define EXPORT_SYMBOL_GPL(...)
#define EXPORT_SYMBOL_NS_GPL(...)
#define EXPORT_SYMBOL_FOR_MODULES(...)
#define MODULE_LICENSE(text) _Static_assert(1, text)
#define MODULE_AUTHOR(text) _Static_assert(1, text)
#define MODULE_DESCRIPTION(text) _Static_assert(1, "")
#define MODULE_IMPORT_NS(text) _Static_assert(1, "")
#define early_param(name, function) \
	static void *__attribute__((__unused__)) __PASTE(shim_param_, function) = function
#define DEFINE_STATIC_KEY_FALSE(name) bool __attribute__((__unused__)) name
#define static_branch_unlikely(key) (*(key))
#define static_branch_likely(key) (*(key))
#define static_branch_enable(key) (*(key) = true)

#endif
