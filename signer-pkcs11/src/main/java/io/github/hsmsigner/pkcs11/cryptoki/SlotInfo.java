package io.github.hsmsigner.pkcs11.cryptoki;

/**
 * CK_SLOT_INFO: what a module says of a slot.
 *
 * @param description what it is
 * @param manufacturer who made it
 */
public record SlotInfo(String description, String manufacturer) {}
