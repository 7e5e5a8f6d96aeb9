package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * CK_SLOT_INFO of a slot.
 *
 * @param description its description
 * @param manufacturer its manufacturer
 */
public record SlotInfo(String description, String manufacturer) {}
